import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { bundleModel } from './model-bundle.fixture';
import { ModelNotLoadedError, ScoringUnavailableError } from './scoring-error';
import { ScoringPool } from './scoring-pool';

const click = bundleModel('fm', 1);
const other = bundleModel('lr', 2);

/** Encodes the first `n` rows and runs them in a session of the test's own. */
async function rawProbabilities({ model, encoder, columns, n: all }: typeof click, n: number): Promise<Float32Array> {
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

describe('ScoringPool', () => {
  const pool = new ScoringPool({ restartDelays: { first: 5, longest: 20 } });
  const { digest } = click.bundle;

  beforeAll(async () => {
    await pool.load(digest, click.bundle.files);
    await pool.load(other.bundle.digest, other.bundle.files);
  });
  afterAll(() => pool.close());

  it('scores rows encoded straight into its slots as a raw session does, growing to any size', async () => {
    const reference = await rawProbabilities(click, 4000);
    for (const n of [1, 50, 65, 4000, 3]) {
      const batch = pool.acquire([digest], n);
      const [slot] = batch.slots;
      click.encoder.encode(click.columns, n, slot.ids, slot.numeric, slot.rowFlags);
      await batch.run();
      expect(slot.probability).toEqual(reference.slice(0, n));
      expect(slot.invalid).toBe(0);
      batch.release();
    }
  });

  it('scores two models of one request in one call', async () => {
    const n = 20;
    const batch = pool.acquire([digest, other.bundle.digest], n);
    for (const [i, { encoder, columns }] of [click, other].entries()) {
      const slot = batch.slots[i];
      encoder.encode(columns, n, slot.ids, slot.numeric, slot.rowFlags);
    }
    await batch.run();
    expect(batch.slots[0].probability).toEqual(await rawProbabilities(click, n));
    expect(batch.slots[1].probability).toEqual(await rawProbabilities(other, n));
    batch.release();
  });

  it('keeps concurrent batches apart', async () => {
    const rows = await rawProbabilities(click, 4000);
    const batches = Array.from({ length: 40 }, (_, i) => {
      const batch = pool.acquire([digest], 10 + i);
      const [slot] = batch.slots;
      click.encoder.encode(click.columns, 10 + i, slot.ids, slot.numeric, slot.rowFlags);
      return batch;
    });
    await Promise.all(batches.map((batch) => batch.run()));
    batches.forEach((batch, i) => expect(batch.slots[0].probability).toEqual(rows.slice(0, 10 + i)));
    batches.forEach((batch) => batch.release());
  });

  it('keeps a bad row to itself: NaN stays in its row, and ids out of range are clamped', async () => {
    const { idCount, numericCount } = click.encoder;
    const ids = new Int32Array(3 * idCount).fill(1);
    ids[0] = -5;
    ids[1] = 1 << 30;
    const numeric = new Float32Array(3 * numericCount);
    numeric[numericCount] = NaN;
    const [probability] = await pool.score([{ model: digest, n: 3, ids, numeric }]);
    expect(probability[0]).toBeGreaterThan(0);
    expect(probability[1]).toBeNaN();
    expect(probability[2]).toBeGreaterThan(0);
  });

  it('refuses an unknown model and row counts out of range', () => {
    expect(() => pool.acquire(['sha256:none'], 1)).toThrow(ModelNotLoadedError);
    expect(() => pool.acquire([digest], 0)).toThrow(RangeError);
    expect(() => pool.acquire([digest], 4097)).toThrow(RangeError);
  });

  it('rejects what is in flight when the worker dies, replaces it, counts it and scores again', async () => {
    const before = pool.restarts;
    const n = 4000;
    const expected = await rawProbabilities(click, n);
    const batch = pool.acquire([digest], n);
    const [slot] = batch.slots;
    click.encoder.encode(click.columns, n, slot.ids, slot.numeric, slot.rowFlags);
    const inFlight = expect(batch.run()).rejects.toThrow(ScoringUnavailableError);
    const killed = pool.workers[0].killWorker();
    await inFlight;
    batch.release();
    expect(pool.ready).toBe(false);
    expect(() => pool.acquire([digest], 1)).toThrow(ScoringUnavailableError);
    await killed;
    await pool.workers[0].whenReady();
    expect(pool.restarts).toBe(before + 1);
    const again = pool.acquire([digest], n);
    click.encoder.encode(click.columns, n, again.slots[0].ids, again.slots[0].numeric, again.slots[0].rowFlags);
    await again.run();
    expect(again.slots[0].probability).toEqual(expected);
    again.release();
  });

  it('keeps serving the old model when a new bundle is refused', async () => {
    const files = new Map(other.bundle.files);
    const broken = Uint8Array.from(files.get('model.onnx') ?? []);
    broken[broken.length >> 1] ^= 1;
    files.set('model.onnx', broken);
    await pool.unload(other.bundle.digest);
    await expect(pool.load(other.bundle.digest, files)).rejects.toThrow(
      expect.objectContaining({
        code: 'BUNDLE_FILE_MISMATCH',
        message: expect.stringContaining('model.onnx') as string,
      }) as BundleError,
    );
    expect(() => pool.acquire([other.bundle.digest], 1)).toThrow(ModelNotLoadedError);
    expect(pool.acquire([digest], 1).slots).toHaveLength(1);
  });
});

describe('ScoringPool that is closed', () => {
  it('rejects at once', async () => {
    const pool = new ScoringPool();
    const load = expect(pool.load(click.bundle.digest, click.bundle.files)).rejects.toThrow(ScoringUnavailableError);
    await pool.close();
    await load;
    expect(() => pool.acquire([click.bundle.digest], 1)).toThrow(ScoringUnavailableError);
  });
});
