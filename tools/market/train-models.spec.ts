import { verifyBundleFolder, writeBundleFolder } from '@adlift/scoring';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DEMO_PLAN } from './demo-plan';
import { makeWorld } from './make-world';
import type { MarketFigures } from './market-figures.fixture';
import { type MarketModel, trainMarketModels } from './train-models';

const COMPILER = join(__dirname, '../../test/jest/register-typescript.cjs');
const PROGRAM = join(__dirname, 'market-figures.fixture.ts');

/** Measured in a process of its own, where training runs at full speed. */
async function measure(seed: number, rows: number): Promise<MarketFigures> {
  const args = ['--require', COMPILER, PROGRAM, String(seed), String(rows)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as MarketFigures;
}

describe("the demo's market", () => {
  let figures: MarketFigures;
  beforeAll(async () => {
    figures = await measure(DEMO_PLAN.seed, 600_000);
  }, 60_000);

  it('has 5.5 to 6.5 % of impressions clicked when served by main effects', () => {
    expect(figures.truth.control.ctr).toBeGreaterThan(0.055);
    expect(figures.truth.control.ctr).toBeLessThan(0.065);
  });

  it('earns 25 to 50 % more when served by the interaction model', () => {
    expect(figures.truth.rpmLift).toBeGreaterThan(0.25);
    expect(figures.truth.rpmLift).toBeLessThan(0.5);
    expect(figures.truth.ctrLift).toBeGreaterThan(0);
  });

  it('is predicted better with interactions, and without much bias on unseen rows', () => {
    const { lr, fm, cvr } = figures.normalisedEntropy;
    expect(fm).toBeLessThan(lr - 0.01);
    expect(Math.max(lr, cvr)).toBeLessThan(1);
    for (const ratio of Object.values(figures.calibrationRatio)) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  });
});

describe('training', () => {
  it('gives the same bytes for the same market and rows, and others for another market', async () => {
    const first = await measure(7, 50_000);
    const again = await measure(7, 50_000);
    const other = await measure(8, 50_000);
    expect(again).toEqual(first);
    expect(new Set([...first.digests, ...other.digests]).size).toBe(6);
  }, 60_000);

  const last = new Map<string, number>();
  const models = trainMarketModels(makeWorld(7), {
    rows: 50_000,
    onProgress: (stage, done, total) => last.set(stage, done / total),
  });

  it('reports each stage up to its end', () => {
    expect([...last]).toEqual([
      ['history', 1],
      ['ctr-lr', 1],
      ['ctr-fm', 1],
      ['cvr-lr', 1],
    ]);
  });

  it('makes whole bundles with at least 100 golden requests and the weight file', () => {
    for (const { bundle, weightFile, name, schema } of Object.values(models) as MarketModel[]) {
      const root = mkdtempSync(join(tmpdir(), 'adlift-market-'));
      expect(verifyBundleFolder(writeBundleFolder(root, bundle), bundle.digest)).toEqual(bundle.manifest);
      rmSync(root, { recursive: true });
      expect([bundle.manifest.name, bundle.manifest.version]).toEqual([name, 's7']);
      expect(bundle.manifest.features).toEqual(schema);
      const text = (path: string): string => Buffer.from(bundle.files.get(path) ?? []).toString();
      expect(text('weights.json')).toBe(weightFile);
      const golden = JSON.parse(text('golden.json')) as { requests: unknown[] };
      expect(golden.requests.length).toBeGreaterThanOrEqual(100);
    }
  });
});
