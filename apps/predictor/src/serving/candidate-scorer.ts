import { Injectable } from '@nestjs/common';
import { ScoringPool } from '@adlift/scoring';
import type { PredictRequest } from '@adlift/wire';
import type { ServedModel } from './model-repository';

/** Scores of one request; arrays have one entry per candidate, NaN where the model gave no number. */
export interface Scores {
  readonly pctr: Float32Array;
  readonly pcvr: Float32Array;
  readonly rowFlags: Uint8Array;
  /** Milliseconds of each stage; waiting for the thread, both ways, is the queue. */
  readonly encodeMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
}

const NONE = new Float32Array(0);

/** Set on a row whose score is not the model's because the model gave no finite number. */
export const SCORE_NOT_FINITE = 16;
/** Set on every row of a request that has columns the model does not know. */
export const UNKNOWN_COLUMN = 32;

/** Encodes candidates straight into the scoring thread's memory and runs the models of one request together. */
@Injectable()
export class CandidateScorer {
  constructor(private readonly pool: ScoringPool) {}

  /** Rejects with an error of libs/scoring when no worker can answer; the caller falls back. */
  async score(request: PredictRequest, ctr: ServedModel, cvr: ServedModel | undefined): Promise<Scores> {
    const { n, columns } = request;
    const models = cvr === undefined ? [ctr] : [ctr, cvr];
    const started = performance.now();
    const batch = this.pool.acquire(
      models.map(({ digest }) => digest),
      n,
    );
    try {
      const [ctrSlot, cvrSlot] = batch.slots;
      models.forEach(({ encoder }, i) => {
        const slot = batch.slots[i];
        if (slot !== undefined) encoder.encode(columns, n, slot.ids, slot.numeric, slot.rowFlags);
      });
      const encoded = performance.now();
      await batch.run();
      const rowFlags = Uint8Array.from((ctrSlot?.rowFlags ?? []).subarray(0, n));
      cvrSlot?.rowFlags.subarray(0, n).forEach((flags, i) => (rowFlags[i] = (rowFlags[i] ?? 0) | flags));
      return {
        pctr: Float32Array.from(ctrSlot?.probability ?? NONE),
        pcvr: Float32Array.from(cvrSlot?.probability ?? NONE),
        rowFlags,
        encodeMs: encoded - started,
        queueMs: Math.max(0, performance.now() - encoded - batch.runMs),
        inferenceMs: batch.runMs,
      };
    } finally {
      batch.release();
    }
  }
}
