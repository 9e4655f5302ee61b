import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { bundleFile, writeBundleFolder } from './bundle-folder';
import { bundleModel, type ModelFixture } from './model-bundle.fixture';
import type { InputRows } from './input-rows';
import { ModelNotLoadedError, ScoringExpiredError, ScoringUnavailableError } from './scoring-error';
import type { RunFacts, ScoringJob } from './scoring-job';
import { ScoringPool } from './scoring-pool';

const click = bundleModel('fm', 1);
const other = bundleModel('lr', 2);
const root = mkdtempSync(join(tmpdir(), 'adlift-pool-'));
const clickFolder = writeBundleFolder(root, click.bundle);
const otherFolder = writeBundleFolder(root, other.bundle);
const { digest } = click.bundle;

afterAll(() => rmSync(root, { recursive: true }));

/** The first rows of a fixture's data as a job, and what became of it. */
class Rows implements ScoringJob {
  private readonly outcome = Promise.withResolvers<Float32Array>();
  readonly done = this.outcome.promise;
  facts: RunFacts | undefined;
  encodings = 0;
  answers = 0;

  constructor(
    private readonly fixture: ModelFixture,
    readonly rows: number,
    readonly deadline = Infinity,
  ) {
    this.done.catch(() => undefined);
  }

  encode(inputs: InputRows, at: number): void {
    this.encodings++;
    const { encoder, columns } = this.fixture;
    encoder.encode(columns, this.rows, inputs.idsFrom(at), inputs.numericFrom(at), new Uint8Array(this.rows));
  }

  scored(probability: Float32Array, facts: RunFacts): void {
    this.answers++;
    this.facts = facts;
    this.outcome.resolve(probability.slice());
  }

  failed(error: Error): void {
    this.answers++;
    this.outcome.reject(error);
  }
}

function submit(pool: ScoringPool, fixture: ModelFixture, rows: number, deadline?: number): Rows {
  const job = new Rows(fixture, rows, deadline);
  pool.submit(fixture.bundle.digest, job);
  return job;
}

/** Encodes the first `n` rows and runs them in a session of the test's own. */
async function rawProbabilities({ model, encoder, columns, n: all }: ModelFixture, n: number): Promise<Float32Array> {
  const ids = new Int32Array(all * encoder.idCount);
  const numeric = new Float32Array(all * encoder.numericCount);
  encoder.encode(columns, all, ids, numeric, new Uint8Array(all));
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const { probability } = await session.run({
    ids: new Tensor('int32', ids.slice(0, n * encoder.idCount), [n, encoder.idCount]),
    numeric: new Tensor('float32', numeric.slice(0, n * encoder.numericCount), [n, encoder.numericCount]),
  });
  await session.release();
  return probability.data as Float32Array;
}

describe.each([1, 2])('ScoringPool with %i threads a model', (threads) => {
  const pool = new ScoringPool({ threads, restartDelays: { first: 5, longest: 20 } });
  let expected: Float32Array;

  beforeAll(async () => {
    expected = await rawProbabilities(click, 4000);
    await pool.load(digest, clickFolder);
    await pool.load(other.bundle.digest, otherFolder);
  });
  afterAll(() => pool.close());

  it('scores rows as a raw session does, growing to any size', async () => {
    for (const n of [1, 50, 65, 4000, 3]) expect(await submit(pool, click, n).done).toEqual(expected.slice(0, n));
  });

  it('keeps concurrent jobs apart, and runs those together that came while every thread was busy', async () => {
    const { runs, jobs } = pool.host(digest).counts;
    const all = Array.from({ length: 60 }, (_, i) => submit(pool, click, 1 + (i % 50)));
    for (const job of all) expect(await job.done).toEqual(expected.slice(0, job.rows));
    const counts = pool.host(digest).counts;
    expect(counts.jobs - jobs).toBe(60);
    expect(counts.runs - runs).toBeLessThan(50);
    expect(all.some((job) => (job.facts?.rows ?? 0) > job.rows)).toBe(true);
  });

  it('scores two models at the same time', async () => {
    const both = [submit(pool, click, 20), submit(pool, other, 20)];
    expect(await both[0].done).toEqual(expected.slice(0, 20));
    expect(await both[1].done).toEqual(await rawProbabilities(other, 20));
  });

  it('keeps a bad row to itself: NaN stays in its row, and ids out of range are clamped', async () => {
    const job = new Rows(click, 3);
    job.encode = (inputs, at) => {
      inputs.idsFrom(at).fill(1, 0, 3 * inputs.shape.idCount);
      inputs.idsFrom(at)[0] = -5;
      inputs.idsFrom(at)[1] = 1 << 30;
      inputs.numericFrom(at).fill(0, 0, 3 * inputs.shape.numericCount);
      inputs.numericFrom(at)[inputs.shape.numericCount] = NaN;
    };
    pool.submit(digest, job);
    const probability = await job.done;
    expect(probability[0]).toBeGreaterThan(0);
    expect(probability[1]).toBeNaN();
    expect(probability[2]).toBeGreaterThan(0);
  });

  it('refuses an unknown model and row counts out of range', () => {
    expect(() => pool.submit('sha256:none', new Rows(click, 1))).toThrow(ModelNotLoadedError);
    expect(() => pool.submit(digest, new Rows(click, 0))).toThrow(RangeError);
    expect(() => pool.submit(digest, new Rows(click, 4097))).toThrow(RangeError);
  });

  it('fails a job whose encoder throws, and none of its neighbours', async () => {
    const good = submit(pool, click, 3);
    const bad = new Rows(click, 3);
    bad.encode = () => {
      throw new Error('cannot encode');
    };
    pool.submit(digest, bad);
    const after = submit(pool, click, 4);
    await expect(bad.done).rejects.toThrow('cannot encode');
    expect(await good.done).toEqual(expected.slice(0, 3));
    expect(await after.done).toEqual(expected.slice(0, 4));
  });

  it('drops a job that has expired before it is encoded', async () => {
    const late = submit(pool, click, 3, performance.now() - 1);
    await expect(late.done).rejects.toThrow(ScoringExpiredError);
    expect(late.encodings).toBe(0);
  });

  it('answers at the deadline when the runs ahead take too long', async () => {
    const ahead = Array.from({ length: 40 }, () => submit(pool, click, 4000));
    const hurried = submit(pool, click, 3, performance.now() + 1);
    await expect(hurried.done).rejects.toThrow(ScoringExpiredError);
    await Promise.all(ahead.map((job) => job.done));
  });

  it('tells how long a job would wait', async () => {
    expect(pool.host(digest).expectedWaitMs).toBe(0);
    const jobs = Array.from({ length: 8 }, () => submit(pool, click, 4000));
    expect(pool.host(digest).expectedWaitMs).toBeGreaterThan(0);
    await Promise.all(jobs.map((job) => job.done));
  });

  it('replaces a thread that dies, counts it, and loses no job while another thread lives', async () => {
    const before = pool.restarts;
    const jobs = Array.from({ length: 6 }, () => submit(pool, click, 4000));
    const killed = pool.host(digest).killThread();
    const outcomes = await Promise.allSettled(jobs.map((job) => job.done));
    for (const outcome of outcomes) {
      if (threads > 1) expect(outcome).toEqual({ status: 'fulfilled', value: expected });
      else expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ScoringUnavailableError) as Error });
    }
    await killed;
    await pool.host(digest).loaded();
    expect(pool.restarts).toBe(before + 1);
    expect(pool.ready).toBe(true);
    expect(await submit(pool, click, 4000).done).toEqual(expected);
  });

  it('gives every job one answer at whatever moment of a run its thread is ended', async () => {
    for (const turns of [0, 1, 2, 3, 5, 8]) {
      const jobs = [1, 20, 50, 4000].map((n) => submit(pool, click, n));
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      await pool.host(digest).killThread();
      for (const job of jobs) {
        const answer = await job.done.catch((error: Error) => error);
        if (threads > 1 || !(answer instanceof Error)) expect(answer).toEqual(expected.slice(0, job.rows));
        else expect(answer).toBeInstanceOf(ScoringUnavailableError);
        expect(job.answers).toBe(1);
      }
      await pool.host(digest).loaded();
    }
  });

  it('loads a model while runs of another are under way', async () => {
    await pool.unload(other.bundle.digest);
    const jobs = Array.from({ length: 6 }, () => submit(pool, click, 4000));
    await pool.load(other.bundle.digest, otherFolder);
    expect(await submit(pool, other, 2).done).toEqual(await rawProbabilities(other, 2));
    for (const job of jobs) expect(await job.done).toEqual(expected);
  });

  it('keeps serving the old model when a new bundle is refused', async () => {
    await pool.unload(other.bundle.digest);
    expect(() => pool.submit(other.bundle.digest, new Rows(other, 1))).toThrow(ModelNotLoadedError);
    const file = bundleFile(otherFolder, other.bundle.manifest.files['model.onnx'].sha256);
    const broken = Uint8Array.from(other.model);
    broken[broken.length >> 1] ^= 1;
    writeFileSync(file, broken);
    await expect(pool.load(other.bundle.digest, otherFolder)).rejects.toMatchObject({
      code: 'BUNDLE_FILE_MISMATCH',
      message: expect.stringContaining('model.onnx') as string,
    });
    writeFileSync(file, other.model);
    expect(await submit(pool, click, 2).done).toEqual(expected.slice(0, 2));
    await pool.load(other.bundle.digest, otherFolder);
    expect(await submit(pool, other, 2).done).toEqual(await rawProbabilities(other, 2));
  });

  it('loads a model anew on other threads while the old ones score, and keeps those when that fails', async () => {
    const before = pool.host(digest);
    const reloading = pool.reload(digest, clickFolder);
    expect(await submit(pool, click, 3).done).toEqual(expected.slice(0, 3));
    expect(pool.host(digest)).toBe(before);
    await reloading;
    const after = pool.host(digest);
    expect(after).not.toBe(before);
    expect(before.ready).toBe(false);
    await expect(pool.reload(digest, otherFolder)).rejects.toMatchObject({ code: 'BUNDLE_DIGEST_MISMATCH' });
    expect(pool.host(digest)).toBe(after);
    expect(await submit(pool, click, 4).done).toEqual(expected.slice(0, 4));
  });
});

describe('ScoringPool that is closed', () => {
  it('rejects at once', async () => {
    const pool = new ScoringPool();
    const load = expect(pool.load(digest, clickFolder)).rejects.toThrow(ScoringUnavailableError);
    await pool.close();
    await load;
    expect(() => pool.submit(digest, new Rows(click, 1))).toThrow(ModelNotLoadedError);
  });
});
