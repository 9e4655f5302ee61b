import { Injectable } from '@nestjs/common';
import { ScoringPool } from '@adlift/scoring';
import type { Columns } from '@adlift/wire';
import { ModelScores } from './model-scores';
import type { ServedModel } from './model-repository';

/** Scores of one request; arrays have one entry per candidate, NaN where the model gave no number. */
export interface Scores {
  readonly pctr: Float32Array;
  /** Empty without a conversion model. */
  readonly pcvr: Float32Array;
  readonly rowFlags: Uint8Array;
  /** Milliseconds of each stage; waiting for the thread, both ways, is the queue. */
  readonly encodeMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
}

/** What is to be scored: `n` candidates, until `deadline` as of performance.now(). */
export interface Candidates {
  readonly n: number;
  readonly columns: Columns;
  readonly deadline: number;
}

const NONE = new Float32Array(0);

/** Set on a row whose score is not the model's because the model gave no finite number. */
export const SCORE_NOT_FINITE = 16;
/** Set on every row of a request that has columns the model does not know. */
export const UNKNOWN_COLUMN = 32;

/** Encodes candidates straight into the scoring threads' memory and runs the models of one request side by side. */
@Injectable()
export class CandidateScorer {
  constructor(private readonly pool: ScoringPool) {}

  /** Rejects with an error of libs/scoring when no thread can answer in time; the caller falls back. */
  async score(candidates: Candidates, ctr: ServedModel, cvr: ServedModel | undefined): Promise<Scores> {
    const click = this.submit(candidates, ctr);
    if (cvr === undefined) {
      await click.done;
      const { probability: pctr, rowFlags, encodeMs, queueMs, inferenceMs } = click;
      return { pctr, pcvr: NONE, rowFlags, encodeMs, queueMs, inferenceMs };
    }
    const conversion = this.submit(candidates, cvr);
    await Promise.all([click.done, conversion.done]);
    const { rowFlags } = click;
    for (let i = 0; i < rowFlags.length; i++) rowFlags[i] = (rowFlags[i] ?? 0) | (conversion.rowFlags[i] ?? 0);
    return {
      pctr: click.probability,
      pcvr: conversion.probability,
      rowFlags,
      encodeMs: click.encodeMs + conversion.encodeMs,
      queueMs: Math.min(click.queueMs, conversion.queueMs),
      inferenceMs: Math.max(click.inferenceMs, conversion.inferenceMs),
    };
  }

  private submit({ n, columns, deadline }: Candidates, model: ServedModel): ModelScores {
    const job = new ModelScores(model, columns, n, deadline);
    this.pool.submit(model.digest, job);
    return job;
  }
}
