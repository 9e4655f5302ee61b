import type { ScoringPool } from '@adlift/scoring';
import type { PredictorEnvironment } from '../predictor-config';
import type { ServedModel } from '../serving/model-repository';
import { Admission } from './admission';
import { SHED } from './shed-level';

const TARGET_MS = 1_000;
const LONG_MS = 60_000;
const model = { digest: 'sha256:heavy' } as ServedModel;

/** The level of a request whose model has `waitMs` of work before it. */
function level(waitMs: number, remainingMs = LONG_MS): number {
  const pool: Pick<ScoringPool, 'expectedWaitMs'> = { expectedWaitMs: () => waitMs };
  const config = { QUEUE_TARGET_MS: TARGET_MS } as PredictorEnvironment;
  return new Admission(config, pool as ScoringPool).level(model, remainingMs);
}

describe('Admission', () => {
  it('holds the expected wait against the target', () => {
    const waits = [0, 0.3, 0.6, 0.8, 1.1, 1.3, 1.6, 20].map((times) => level(times * TARGET_MS));
    const all = [0, SHED.explain, SHED.shadow, SHED.log, SHED.conversion, SHED.light, SHED.prior, SHED.reject];
    expect(waits).toEqual(all);
  });

  it('holds it against half of what is left of the deadline where that is less', () => {
    expect(level(0.6 * TARGET_MS, 2 * TARGET_MS)).toBe(SHED.shadow);
    expect(level(0.6 * TARGET_MS, TARGET_MS)).toBe(SHED.conversion);
    expect(level(0.6 * TARGET_MS, 0.75 * TARGET_MS)).toBe(SHED.prior);
  });

  it('takes a model that cannot score for a failure, not for load', () => {
    expect(level(Infinity)).toBe(0);
  });

  it('counts requests by their level, and peeks uncounted', () => {
    const pool: Pick<ScoringPool, 'expectedWaitMs'> = { expectedWaitMs: () => 1.3 * TARGET_MS };
    const admission = new Admission({ QUEUE_TARGET_MS: TARGET_MS } as PredictorEnvironment, pool as ScoringPool);
    expect(admission.peek(model, LONG_MS)).toBe(SHED.light);
    admission.level(model, LONG_MS);
    admission.level(undefined, LONG_MS);
    expect(admission.counts).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
  });

  it('counts a turn of the event loop that takes long as a wait, until the next turn', async () => {
    const idle: Pick<ScoringPool, 'expectedWaitMs'> = { expectedWaitMs: () => 0 };
    const admission = new Admission({ QUEUE_TARGET_MS: 4 } as PredictorEnvironment, idle as ScoringPool);
    expect(admission.peek(model, LONG_MS)).toBe(0);
    const until = performance.now() + 8;
    while (performance.now() < until);
    expect(admission.peek(model, LONG_MS)).toBeGreaterThanOrEqual(SHED.prior);
    await new Promise((resolve) => setImmediate(resolve));
    expect(admission.peek(model, LONG_MS)).toBe(0);
  });
});
