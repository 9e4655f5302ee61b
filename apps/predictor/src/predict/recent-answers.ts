import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import type { PredictAnswer } from '@adlift/wire';

const KEPT_MS = 3_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** What an entry weighs beside its arrays. */
const ENTRY_BYTES = 1_500;
/** Arrays and texts of a candidate. */
const CANDIDATE_BYTES = 60;

interface Entry {
  readonly fingerprint: number;
  readonly answer: Promise<PredictAnswer>;
  readonly expires: number;
  readonly bytes: number;
}

/**
 * The answers of the last three seconds by request_id, as far as 16 MB hold them: a caller that retries gets the answer
 * it missed, and nothing is logged or exposed twice. Best effort, in one replica.
 */
@Injectable()
export class RecentAnswers {
  /** Oldest first. */
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  /** The answer to the same request; undefined for a new id. Throws `already_exists` when the body was another. */
  find(requestId: string, fingerprint: number): Promise<PredictAnswer> | undefined {
    const entry = this.entries.get(requestId);
    if (entry === undefined || entry.expires < performance.now()) return undefined;
    if (entry.fingerprint === fingerprint) return entry.answer;
    throw new DomainError(
      'already_exists',
      'the request_id was used for another request in the last seconds',
      'request_id',
    );
  }

  /** Keeps an answer that is on its way; one that fails is forgotten, so that the next attempt may succeed. */
  keep(requestId: string, fingerprint: number, candidates: number, answer: Promise<PredictAnswer>): void {
    this.forget(requestId);
    const bytes = ENTRY_BYTES + candidates * CANDIDATE_BYTES;
    const entry = { fingerprint, answer, bytes, expires: performance.now() + KEPT_MS };
    this.entries.set(requestId, entry);
    this.bytes += bytes;
    answer.catch(() => {
      if (this.entries.get(requestId) === entry) this.forget(requestId);
    });
    this.evict();
  }

  private evict(): void {
    const now = performance.now();
    for (const [requestId, { expires }] of this.entries) {
      if (expires >= now && this.bytes <= MAX_BYTES) return;
      this.forget(requestId);
    }
  }

  private forget(requestId: string): void {
    const entry = this.entries.get(requestId);
    if (entry === undefined) return;
    this.entries.delete(requestId);
    this.bytes -= entry.bytes;
  }
}
