import { status } from '@grpc/grpc-js';
import { InferenceService } from '../../../apps/predictor/src/inference-protocol/inference.service';
import type { InputTensor } from '../../../apps/predictor/src/inference-protocol/tensor/input-tensor';
import { predictCall } from '../predictor/predict-call';
import { refusal } from '../predictor/raw-grpc';
import { KEYS, TestApps } from '../setup/test-apps';
import { GrpcProtocolClient, inferOverHttp, rawFloats, rawTexts, type Answer } from './protocol-client';

const MODEL = 'click-lr';

/** Three rows of the fixture's features: the rows of `predictCall`. */
const JSON_INPUTS = [
  { name: 'ad', datatype: 'INT32', shape: [3], data: [1, 2, 3] },
  { name: 'site', datatype: 'BYTES', shape: [1], data: ['news'] },
  { name: 'price', datatype: 'FP32', shape: [3, 1], data: [[1], [2.5], [4]] },
];
const RAW_INPUTS = [
  { name: 'ad', datatype: 'BYTES', shape: [3, 1] },
  { name: 'site', datatype: 'BYTES', shape: [3] },
  { name: 'price', datatype: 'FP32', shape: [3] },
];
const RAW_CONTENTS = [rawTexts(['1', '2', '3']), rawTexts(['news', 'news', 'news']), rawFloats([1, 2.5, 4])];
const TYPED_INPUTS = [
  { name: 'ad', datatype: 'INT64', shape: [3], contents: { int64_contents: [1, 2, 3] } },
  { name: 'site', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from('news')] } },
  { name: 'price', datatype: 'FP64', shape: [3], contents: { fp64_contents: [1, 2.5, 4] } },
];

/** The same row as the service takes it. */
const AD: InputTensor = {
  name: 'ad',
  datatype: 'INT32',
  rows: 1,
  path: 'inputs[0] (ad)',
  data: { kind: 'i32', values: Int32Array.of(1) },
};

describe('inference over the Open Inference Protocol', () => {
  let apps: TestApps;
  let grpc: GrpcProtocolClient;
  let expected: number[];

  const url = (path: string): string => `${apps.predictorUrl}/v2/models/${path}/infer`;
  const scores = (answer: Answer): unknown => answer.outputs.pctr?.values;

  beforeAll(async () => {
    apps = await TestApps.start();
    grpc = new GrpcProtocolClient(apps.grpcAddress);
    expected = Array.from((await apps.ordinary.predict(predictCall())).pctr);
  }, 60_000);
  afterAll(async () => {
    grpc.close();
    await apps.stop();
  });

  it('gives the scores of Predict for JSON, for binary tensors, and for both in one body', async () => {
    const json = await inferOverHttp(url(MODEL), { id: 'call-1', inputs: JSON_INPUTS });
    expect(json).toMatchObject({ model: MODEL, version: '1', id: 'call-1' });
    expect(json.parameters).toEqual({ bundle_digest: apps.champion.bundle.digest });
    expect(Object.keys(json.outputs)).toEqual(['pctr', 'pctr_raw', 'row_flags']);
    expect(json.outputs.pctr).toEqual({ datatype: 'FP32', shape: [3], values: expected });
    expect(json.outputs.row_flags).toEqual({ datatype: 'UINT32', shape: [3], values: [0, 0, 0] });

    const sized = RAW_INPUTS.map((input, i) => ({
      ...input,
      parameters: { binary_data_size: RAW_CONTENTS[i]?.length },
    }));
    const binary = { inputs: sized, parameters: { binary_data_output: true } };
    expect(scores(await inferOverHttp(url(`${MODEL}/versions/1`), binary, Buffer.concat(RAW_CONTENTS)))).toEqual(
      expected,
    );

    const mixed = {
      inputs: [...JSON_INPUTS.slice(0, 2), sized[2]],
      outputs: [{ name: 'pctr', parameters: { binary_data: true } }],
    };
    const answer = await inferOverHttp(url(MODEL), mixed, RAW_CONTENTS[2]);
    expect([Object.keys(answer.outputs), scores(answer)]).toEqual([['pctr'], expected]);
  });

  it('gives the scores of Predict for raw and for typed contents over gRPC, and answers raw', async () => {
    const raw = await grpc.infer({
      model_name: MODEL,
      id: 'call-2',
      inputs: RAW_INPUTS,
      raw_input_contents: RAW_CONTENTS,
    });
    expect(raw).toMatchObject({ model: MODEL, version: '1', id: 'call-2' });
    expect(raw.parameters).toEqual({ bundle_digest: apps.champion.bundle.digest });
    expect(scores(raw)).toEqual(expected);
    const typed = {
      model_name: MODEL,
      model_version: '1',
      inputs: TYPED_INPUTS,
      outputs: [{ name: 'row_flags' }, { name: 'pctr' }],
    };
    const answer = await grpc.infer(typed);
    expect([Object.keys(answer.outputs), scores(answer)]).toEqual([['row_flags', 'pctr'], expected]);
  });

  it('takes an absent input for a missing feature, and more rows than Predict has candidates', async () => {
    const n = 4096;
    const price = { name: 'price', datatype: 'FP32', shape: [n], data: new Array<number>(n).fill(2.5) };
    const answer = await inferOverHttp(url(MODEL), { inputs: [price] });
    const flags = answer.outputs.row_flags?.values ?? [];
    expect([flags.length, flags.every((flag) => flag === 1)]).toEqual([n, true]);
    const bare = await apps.ordinary.predict(predictCall({ columns: [{ name: 'price', f32: [2.5] }] }));
    expect(answer.outputs.pctr?.values[0]).toBe(bare.pctr[0]);
  });

  it('keeps apart 64-bit categories that one double could not tell apart', async () => {
    const ids = ['9007199254740992', '9007199254740993'];
    const contents = Buffer.from(BigInt64Array.from(ids, BigInt).buffer);
    const inputs = [{ name: 'ad', datatype: 'INT64', shape: [2] }];
    const integers = await grpc.infer({ model_name: MODEL, inputs, raw_input_contents: [contents] });
    const texts = await inferOverHttp(url(MODEL), {
      inputs: [{ name: 'ad', datatype: 'BYTES', shape: [2], data: ids }],
    });
    expect(scores(integers)).toEqual(scores(texts));
    expect(new Set(integers.outputs.pctr?.values).size).toBe(2);
  });

  it('answers from a marked prior while no scoring thread lives', async () => {
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    const answer = await grpc.infer({ model_name: MODEL, inputs: TYPED_INPUTS });
    expect(answer.parameters).toMatchObject({ fallback: true, fallback_source: 'prior' });
    expect(new Set(answer.outputs.pctr?.values).size).toBe(1);
  });

  it('drops the answer of a call whose timeout has passed', async () => {
    const request = { inputs: JSON_INPUTS, parameters: { timeout: 1 } };
    await expect(inferOverHttp(url(MODEL), request)).rejects.toThrow(/^503: .*"error":"the timeout/);
    const call = { model_name: MODEL, inputs: TYPED_INPUTS, parameters: { timeout: { int64_param: 1 } } };
    expect(await refusal(grpc.infer(call))).toMatchObject({ code: status.UNAVAILABLE });
    const patient = { ...request, parameters: { timeout: 5_000_000, priority: 1 } };
    expect((await inferOverHttp(url(MODEL), patient)).outputs.pctr?.values).toHaveLength(3);
  });

  it('drops a call whose gRPC deadline has passed before it could be scored', async () => {
    const service = apps.predictor.get(InferenceService);
    const before = service.infer({
      read: () => ({ model: MODEL, version: '', id: '', parameters: new Map(), inputs: [AD], outputs: [] }),
      write: ({ outputs }) => outputs.length,
      traceparent: undefined,
      deadline: performance.now() + 0.01,
    });
    await expect(before).rejects.toMatchObject({ code: 'unavailable' });
  });
});
