import { verifyBundle } from '@adlift/scoring';
import { DEMO_PLAN } from './demo-plan';
import { makeWorld } from './make-world';
import { SplitRanking } from './split-ranking';
import { makeTraffic } from './traffic';
import { type MarketModel, trainMarketModels } from './train-models';
import { truthOfRankings } from './truth';

describe("the demo's models", () => {
  const world = makeWorld(DEMO_PLAN.seed);
  const models = trainMarketModels(world);
  const traffic = makeTraffic(DEMO_PLAN.seed, DEMO_PLAN);
  const truth = truthOfRankings(
    world,
    traffic,
    {
      control: new SplitRanking(world, models.lr).firstRanked(traffic),
      treatment: new SplitRanking(world, models.fm).firstRanked(traffic),
    },
    DEMO_PLAN.epsilon,
  );

  it('has 5.5 to 6.5 % of impressions clicked when served by main effects', () => {
    expect(truth.control.ctr).toBeGreaterThan(0.055);
    expect(truth.control.ctr).toBeLessThan(0.065);
  });

  it('earns 25 to 50 % more when served by the interaction model', () => {
    expect(truth.rpmLift).toBeGreaterThan(0.25);
    expect(truth.rpmLift).toBeLessThan(0.5);
    expect(truth.ctrLift).toBeGreaterThan(0);
  });

  it('predicts better with interactions, and both are calibrated on unseen rows', () => {
    const { lr, fm, cvr } = models;
    expect(fm.validation.normalisedEntropy).toBeLessThan(lr.validation.normalisedEntropy - 0.01);
    expect(lr.validation.normalisedEntropy).toBeLessThan(1);
    expect(cvr.validation.normalisedEntropy).toBeLessThan(1);
    for (const { validation } of [lr, fm]) expect(Math.abs(validation.calibrationRatio - 1)).toBeLessThan(0.1);
  });

  it('comes as whole bundles with at least 100 golden requests and the weight file', () => {
    for (const { bundle, weightFile, name, schema } of Object.values(models) as MarketModel[]) {
      expect(() => verifyBundle(bundle.files, bundle.manifest, bundle.digest)).not.toThrow();
      expect([bundle.manifest.name, bundle.manifest.version]).toEqual([name, 's20261122']);
      expect(bundle.manifest.features).toEqual(schema);
      const text = (path: string): string => Buffer.from(bundle.files.get(path) ?? []).toString();
      expect(text('weights.json')).toBe(weightFile);
      const golden = JSON.parse(text('golden.json')) as { requests: unknown[] };
      expect(golden.requests.length).toBeGreaterThanOrEqual(100);
    }
  });
});

describe('training', () => {
  it('gives the same bytes for the same market and rows, and others for another market', () => {
    const digests = (seed: number): string[] => {
      const { lr, fm, cvr } = trainMarketModels(makeWorld(seed), { rows: 50_000 });
      return [lr, fm, cvr].map(({ bundle }) => bundle.digest);
    };
    const first = digests(7);
    expect(digests(7)).toEqual(first);
    expect(digests(8)).not.toEqual(first);
  });

  it('reports each stage up to its end', () => {
    const last = new Map<string, number>();
    trainMarketModels(makeWorld(7), {
      rows: 50_000,
      onProgress: (stage, done, total) => last.set(stage, done / total),
    });
    expect([...last]).toEqual([
      ['history', 1],
      ['ctr-lr', 1],
      ['ctr-fm', 1],
      ['cvr-lr', 1],
    ]);
  });
});
