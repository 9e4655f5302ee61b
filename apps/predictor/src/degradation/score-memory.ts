import { Injectable } from '@nestjs/common';

/** One of so many answers is remembered: ads come up again, and the average moves slowly. */
const REMEMBERED_SHARE = 8;
const SMOOTHING = 0.2;
const MAX_ADS = 50_000;

/** Smoothed scores of one model by ad. */
class ModelMemory {
  private readonly places = new Map<string, number>();
  private readonly scores = new Float32Array(MAX_ADS);

  remember(adIds: readonly string[], scores: Float32Array): void {
    for (let i = 0; i < adIds.length; i++) {
      const adId = adIds[i] ?? '';
      const place = this.places.get(adId);
      const score = scores[i] ?? NaN;
      if (place !== undefined) this.scores[place] = (this.scores[place] ?? 0) * (1 - SMOOTHING) + SMOOTHING * score;
      else if (this.places.size < MAX_ADS) {
        this.scores[this.places.size] = score;
        this.places.set(adId, this.places.size);
      }
    }
  }

  recall(adId: string): number | undefined {
    const place = this.places.get(adId);
    return place === undefined ? undefined : this.scores[place];
  }
}

/** What each model said lately of each ad, on average: a better stand-in for the model than its ad's click rate. */
@Injectable()
export class ScoreMemory {
  private readonly models = new Map<string, ModelMemory>();
  private seen = 0;

  /** Takes in a share of a model's answers; up to 50,000 ads a model. */
  remember(reference: string, adIds: readonly string[], scores: Float32Array): void {
    if (this.seen++ % REMEMBERED_SHARE !== 0) return;
    const memory = this.models.get(reference) ?? new ModelMemory();
    this.models.set(reference, memory);
    memory.remember(adIds, scores);
  }

  /** Replaces the scores of the ads that it knows; returns how many those were. */
  recall(reference: string, adIds: readonly string[], scores: Float32Array): number {
    const memory = this.models.get(reference);
    if (memory === undefined) return 0;
    let known = 0;
    for (let i = 0; i < adIds.length; i++) {
      const score = memory.recall(adIds[i] ?? '');
      if (score === undefined) continue;
      scores[i] = score;
      known++;
    }
    return known;
  }

  /** Forgets models that are not served any more. */
  keepOnly(references: ReadonlySet<string>): void {
    for (const reference of this.models.keys()) if (!references.has(reference)) this.models.delete(reference);
  }
}
