import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BuiltStack } from './setup/built-stack';

const ROOT = join(__dirname, '..', '..');
/** The Open Bandit log, which is not part of the project. */
const LOG = join(ROOT, '..', 'shared', 'data', 'obd-men');

interface ImportDocument {
  readonly experiment: { readonly key: string; readonly state: string; readonly verdict: string };
  readonly arms: readonly {
    readonly variant: string;
    readonly impressions: number;
    readonly clicks: number;
    readonly clickRate: number;
  }[];
  readonly absolute: { readonly z: number; readonly p: number };
  readonly relative: { readonly lift: number; readonly low: number; readonly high: number };
}

describe('importing the Open Bandit log', () => {
  if (!existsSync(LOG)) {
    console.warn(`skipped: the Open Bandit log is not at ${LOG}`);
    it.skip('finds the known answers of the log (the log is not here)', () => undefined);
    return;
  }
  let stack: BuiltStack;

  beforeAll(async () => {
    stack = await BuiltStack.start();
  }, 90_000);
  afterAll(() => stack.stop(), 60_000);

  it('finds the known answers of the log', async () => {
    const document = await importLog();
    expect(document.experiment).toEqual({ key: 'obd-men', state: 'concluded', verdict: 'inconclusive' });
    expect(document.arms).toEqual([
      { variant: 'random', impressions: 10_000, clicks: 46, clickRate: 0.0046 },
      { variant: 'bts', impressions: 10_000, clicks: 69, clickRate: 0.0069 },
    ]);
    expect(document.absolute.z).toBeCloseTo(2.151, 3);
    expect(document.absolute.p).toBeCloseTo(0.0315, 4);
    expect(document.relative.lift).toBeCloseTo(0.5, 12);
    expect(document.relative.low).toBeCloseTo(0.0375, 4);
    expect(document.relative.high).toBeCloseTo(1.23, 2);
  }, 120_000);

  it('counts nothing twice when it is run again', async () => {
    const again = await importLog();
    expect(again.arms.map(({ impressions, clicks }) => [impressions, clicks])).toEqual([
      [10_000, 46],
      [10_000, 69],
    ]);
  }, 120_000);

  it('takes the first rows of each log only, when told so', async () => {
    const { arms, absolute, relative } = await importLog('--limit', '5000');
    expect(arms.map(({ clicks }) => clicks)).toEqual([20, 42]);
    expect(absolute.z).toBeCloseTo(2.8, 2);
    expect(absolute.p).toBeCloseTo(0.0051, 4);
    expect(relative.lift).toBeCloseTo(1.1, 12);
  }, 120_000);

  it('says what is missing in a folder that holds no log', async () => {
    await expect(run('import', 'obd', __dirname)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not hold an Open Bandit log') as string,
    });
  });

  async function importLog(...options: string[]): Promise<ImportDocument> {
    const { stdout } = await run('import', 'obd', LOG, '--json', ...options);
    return JSON.parse(stdout) as ImportDocument;
  }

  function run(...args: string[]): Promise<{ stdout: string }> {
    const script = join(ROOT, 'dist', 'tools', 'stack', 'adlift-main.js');
    return promisify(execFile)(process.execPath, [script, ...args], { env: stack.env, maxBuffer: 1e7 });
  }
});
