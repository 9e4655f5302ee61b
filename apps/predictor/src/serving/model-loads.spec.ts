import { ScoringPool } from '@adlift/scoring';
import type { PredictorEnvironment } from '../predictor-config';
import { BundleSource, type WantedModel } from './bundle-source';
import { ModelLoads } from './model-loads';
import { retryDelayMs } from './retry-delay';

/** A bundle source that has nothing but a reason. */
class EmptyBundles extends BundleSource {
  reason = 'nobody answers';
  readonly dropped: string[] = [];

  constructor() {
    super({ ADLIFT_HOME: '.', EXPERIMENTS_URL: '' } as PredictorEnvironment);
  }

  override bundle(): Promise<never> {
    return Promise.reject(new Error(this.reason));
  }

  override drop(digest: string): Promise<void> {
    this.dropped.push(digest);
    return Promise.resolve();
  }
}

const wanted = (generation: number): WantedModel => ({
  name: 'm',
  version: '1',
  reference: 'm@1',
  kind: 'ctr',
  digest: 'sha256:1',
  generation,
});

describe('loads that fail', () => {
  let bundles: EmptyBundles;
  let loads: ModelLoads;

  beforeEach(() => {
    bundles = new EmptyBundles();
    loads = new ModelLoads(bundles, new ScoringPool());
  });
  afterEach(() => loads.close());

  it('are not due again at once, but are as soon as a reload is asked for', async () => {
    expect(loads.isDue(wanted(0))).toBe(true);
    expect(await loads.load(wanted(0), undefined)).toBeUndefined();
    expect([loads.isDue(wanted(0)), loads.isDue(wanted(1))]).toEqual([false, true]);
    await loads.load(wanted(0), undefined);
    expect(loads.failed).toMatchObject([{ reference: 'm@1', attempts: 2, generation: 0, reason: 'nobody answers' }]);
    await loads.load(wanted(1), undefined);
    expect(loads.failed).toMatchObject([{ attempts: 1, generation: 1 }]);
    expect(loads.current).toBeUndefined();
  });

  it('wait twice as long each time, up to a minute', () => {
    expect([1, 2, 3, 6, 7, 50].map(retryDelayMs)).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000]);
  });

  it('tell a reason that any store can hold', async () => {
    bundles.reason = `a\0b ${'x'.repeat(494)}😀 and more`;
    await loads.load(wanted(0), undefined);
    const reason = loads.failed[0]?.reason ?? '';
    expect(reason.length).toBe(500);
    expect(reason.isWellFormed() && !reason.includes('\0')).toBe(true);
  });

  it('are forgotten with their files once the model is not wanted any more', async () => {
    await loads.load(wanted(0), undefined);
    await loads.forgetAllBut(new Set(['sha256:1']), new Map());
    expect([loads.failed.length, bundles.dropped]).toEqual([1, []]);
    await loads.forgetAllBut(new Set(), new Map());
    expect([loads.failed.length, bundles.dropped]).toEqual([0, ['sha256:1']]);
  });
});
