import { onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Calibration, servedLogit } from './calibration';
import { trainFactorisationMachine } from './factorisation-machine';
import { trainLogisticRegression } from './logistic-regression';
import { sigmoid } from './offline-metrics';
import { drawMarket } from './synthetic-market.fixture';
import { weightsFromJson, weightsToJson } from './weight-file';
import { predictRows, type Weights } from './weights';
import { writeOnnx } from './write-onnx';

const { encoded, encoder } = drawMarket(12_000, 11);
const unknownAd = encoder.idRanges[0].size - 2;
for (let i = 0; i < encoded.n; i += 3) encoded.ids[i * encoder.idCount] = unknownAd;
const calibration: Calibration = { a: 0.9, b: 0.05 };
const rate = 0.5;
const trained: [string, Weights][] = [
  ['logistic regression', trainLogisticRegression(encoded).weights],
  ['factorisation machine', trainFactorisationMachine(encoded, { maxEpochs: 3, learningRate: 0.1 }).weights],
];

async function run(model: Uint8Array, n: number): Promise<{ probability: Float32Array; logit: Float32Array }> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const { idCount, numericCount } = encoder;
  const outputs = await session.run({
    ids: new Tensor('int32', encoded.ids.slice(0, n * idCount), [n, idCount]),
    numeric: new Tensor('float32', encoded.numeric.slice(0, n * numericCount), [n, numericCount]),
  });
  await session.release();
  return { probability: outputs.probability.data as Float32Array, logit: outputs.logit.data as Float32Array };
}

describe.each(trained)('ONNX file of a %s', (_kind, weights) => {
  const file = writeOnnx({ weights, idCount: encoder.idCount, calibration, negativeSamplingRate: rate });

  it('equals the reference on rows with missing and unknown values to 1e-6', async () => {
    const { ids, numeric, n } = encoded;
    const reference = predictRows(weights, ids, numeric, n).map((raw) => servedLogit(raw, calibration, rate));
    const { probability, logit } = await run(file, n);
    let worst = 0;
    let worstLogit = 0;
    for (let i = 0; i < n; i++) {
      worst = Math.max(worst, Math.abs(probability[i] - sigmoid(reference[i])));
      worstLogit = Math.max(worstLogit, Math.abs(logit[i] - reference[i]));
    }
    expect(n).toBeGreaterThanOrEqual(10_000);
    expect(worst).toBeLessThanOrEqual(1e-6);
    expect(worstLogit).toBeLessThanOrEqual(1e-5);
    expect(new Set(probability).size).toBeGreaterThan(1000);
  });

  it('takes any number of rows', async () => {
    const [one, some] = [await run(file, 1), await run(file, 7)];
    expect(one.probability).toHaveLength(1);
    expect(some.probability[0]).toBe(one.probability[0]);
  });

  it('is a valid ModelProto of the official schema', () => {
    const model = onnx.ModelProto.decode(file);
    expect(onnx.ModelProto.verify(onnx.ModelProto.toObject(model))).toBeNull();
    expect(onnx.ModelProto.encode(model).finish()).toHaveLength(file.length);
    expect(model.graph?.input?.map((input) => input.name)).toEqual(['ids', 'numeric']);
    expect(model.graph?.output?.map((output) => output.name)).toEqual(['probability', 'logit']);
    expect(model.graph?.input?.[0].type?.tensorType?.shape?.dim?.[0].dimParam).toBe('n');
  });

  it('is recomputed bit for bit from the weight file', () => {
    const again = weightsFromJson(weightsToJson(weights));
    expect(again).toEqual(weights);
    expect(writeOnnx({ weights: again, idCount: encoder.idCount, calibration, negativeSamplingRate: rate })).toEqual(
      file,
    );
  });
});

describe('writeOnnx', () => {
  it('leaves an empty input out', async () => {
    const weights: Weights = { kind: 'lr', bias: -1, w: Float64Array.of(0.5, 2), numeric: new Float64Array() };
    const session = await InferenceSession.create(writeOnnx({ weights, idCount: 1 }));
    expect(session.inputNames).toEqual(['ids']);
    const { logit } = await session.run({ ids: new Tensor('int32', Int32Array.of(1, 0), [2, 1]) });
    expect([...(logit.data as Float32Array)]).toEqual([1, -0.5]);
    expect(() => writeOnnx({ weights, idCount: 0 })).toThrow(RangeError);
  });
});

describe('weightsFromJson', () => {
  it.each([
    ['text that is not JSON', '{'],
    ['another format', '{"format":"x"}'],
    ['arrays that do not fit', JSON.stringify({ ...(JSON.parse(weightsToJson(trained[1][1])) as object), v: '' })],
  ])('refuses %s', (_fault, json) => {
    expect(() => weightsFromJson(json)).toThrow(expect.objectContaining({ code: 'WEIGHT_FILE_INVALID' }) as Error);
  });
});
