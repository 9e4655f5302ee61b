import { status, type ServiceError } from '@grpc/grpc-js';
import { refusal } from '../predictor/raw-grpc';
import { TestApps } from '../setup/test-apps';
import { GrpcProtocolClient, postInfer, rawFloats, rawTexts } from './protocol-client';
import { encode } from './protocol-messages';

const FUZZED = 400;
const PRICE = { name: 'price', datatype: 'FP32', shape: [2], data: [1, 2] };
const BINARY = { name: 'price', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } };
const TYPED = { name: 'price', datatype: 'FP32', shape: [2], contents: { fp32_contents: [1, 2] } };
const RAW = { name: 'price', datatype: 'FP32', shape: [2] };
const EIGHT = rawFloats([1, 2]);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('the Open Inference Protocol under hostile input', () => {
  let apps: TestApps;
  let grpc: GrpcProtocolClient;

  beforeAll(async () => {
    apps = await TestApps.start();
    grpc = new GrpcProtocolClient(apps.grpcAddress);
  }, 60_000);
  afterAll(async () => {
    const answer = await grpc.infer({ model_name: 'click-lr', inputs: [TYPED] });
    expect(answer.parameters).toEqual({ bundle_digest: apps.champion.bundle.digest });
    grpc.close();
    await apps.stop();
  });

  const url = (): string => `${apps.predictorUrl}/v2/models/click-lr/infer`;
  const withInput = (changes: object): object => ({ inputs: [{ ...PRICE, ...changes }] });

  it.each<[string, string, object | string]>([
    ['inputs', 'no inputs', {}],
    ['inputs', 'an empty list', { inputs: [] }],
    ['inputs', 'an object for a list', { inputs: { price: PRICE } }],
    ['inputs', 'millions of inputs', `{"inputs":[${'0,'.repeat(2_000_000)}0]}`],
    ['inputs[0]', 'null for an input', { inputs: [null] }],
    ['inputs[0].name', 'no name', withInput({ name: undefined })],
    ['inputs[0].name', 'a number for a name', withInput({ name: 7 })],
    ['inputs[0].name', 'a name of 10 kB', withInput({ name: 'x'.repeat(10_000) })],
    ['no-such', 'an unknown name', withInput({ name: 'no-such' })],
    ['__proto__', 'a name of the prototype', withInput({ name: '__proto__' })],
    ['appears twice', 'a name given twice', { inputs: [PRICE, PRICE] }],
    ['datatype', 'no datatype', withInput({ datatype: undefined })],
    ['datatype', 'an unknown datatype', withInput({ datatype: 'FP31' })],
    ['datatype', 'a name of Object.prototype', withInput({ datatype: 'toString' })],
    ['datatype', 'text for a number', withInput({ datatype: 'BYTES', data: ['1', '2'] })],
    ['datatype', 'a float for a category', withInput({ name: 'site' })],
    ['datatype', 'a bool for a category', withInput({ name: 'site', datatype: 'BOOL', data: [true, false] })],
    ['shape', 'no shape', withInput({ shape: undefined })],
    ['shape', 'a shape without dimensions', withInput({ shape: [] })],
    ['shape', 'a million dimensions', withInput({ shape: new Array(1_000_000).fill(1) })],
    ['shape', 'no rows', withInput({ shape: [0], data: [] })],
    ['shape', 'negative rows', withInput({ shape: [-1] })],
    ['shape', 'half a row', withInput({ shape: [1.5] })],
    ['shape', 'more rows than a call may have', withInput({ shape: [4097] })],
    ['shape', 'a product beyond 2^64', withInput({ shape: [2 ** 33, 2 ** 33] })],
    ['shape', 'a text for a dimension', withInput({ shape: ['2'] })],
    ['shape', 'a matrix', withInput({ shape: [1, 2] })],
    [
      'shape',
      'other rows than another input',
      { inputs: [PRICE, { ...PRICE, name: 'ad', datatype: 'INT8', shape: [3], data: [1, 2, 3] }] },
    ],
    ['data', 'no data', withInput({ data: undefined })],
    ['data', 'too few values', withInput({ data: [1] })],
    ['data', 'too many values', withInput({ data: [1, 2, 3] })],
    ['data[1]', 'a text among numbers', withInput({ data: [1, '2'] })],
    ['data[1]', 'null among numbers', withInput({ data: [1, null] })],
    ['data[1]', 'ragged rows', withInput({ data: [[1], [2, 3]] })],
    ['data[1]', 'a flat value among rows', withInput({ data: [[1], 2] })],
    ['data[0]', 'rows nested too deep', withInput({ data: [[[1]], [[2]]] })],
    ['data[0]', 'a fraction for an integer', withInput({ datatype: 'INT32', data: [0.5, 1] })],
    ['data[1]', 'an INT8 of 128', withInput({ datatype: 'INT8', data: [0, 128] })],
    ['data[1]', 'a negative UINT64', withInput({ datatype: 'UINT64', data: [0, -1] })],
    ['data[0]', 'an INT64 that JSON cannot hold', withInput({ datatype: 'INT64', data: [2 ** 53, 0] })],
    ['data[0]', 'a number for a bool', withInput({ datatype: 'BOOL', data: [1, 0] })],
    ['id', 'a number for an id', { id: 7, inputs: [PRICE] }],
    ['parameters', 'a list of parameters', { parameters: [], inputs: [PRICE] }],
    ['parameters.x', 'an object for a parameter', { parameters: { x: {} }, inputs: [PRICE] }],
    ['parameters.timeout', 'a negative timeout', { parameters: { timeout: -1 }, inputs: [PRICE] }],
    ['outputs', 'a text for outputs', { outputs: 'pctr', inputs: [PRICE] }],
    ['outputs[0].name', 'an output without a name', { outputs: [{}], inputs: [PRICE] }],
    ['outputs[0].name', 'an unknown output', { outputs: [{ name: 'constructor' }], inputs: [PRICE] }],
    ['outputs[1].name', 'an output given twice', { outputs: [{ name: 'pctr' }, { name: 'pctr' }], inputs: [PRICE] }],
    [
      'binary_data',
      'a text for binary_data',
      { outputs: [{ name: 'pctr', parameters: { binary_data: 'yes' } }], inputs: [PRICE] },
    ],
    ['binary_data_size', 'bytes that did not come', { inputs: [BINARY] }],
    ['body', 'a list for the body', '[]'],
    ['body', 'null for the body', 'null'],
    ['body', 'JSON cut short', '{"inputs":[{"name":"pri'],
    ['body', 'lists 100,000 deep', nested(100_000)],
  ])('names "%s" in the refusal of %s', async (field, _what, body) => {
    const answer = await postInfer(url(), Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining(field) as unknown }]);
  });

  it.each<[string, object, Buffer, Record<string, string>]>([
    ['a header length beyond the body', { inputs: [PRICE] }, EIGHT, { 'inference-header-content-length': '99999' }],
    ['a negative header length', { inputs: [PRICE] }, EIGHT, { 'inference-header-content-length': '-1' }],
    ['a header length that is no number', { inputs: [PRICE] }, EIGHT, { 'inference-header-content-length': '1e1' }],
    ['a header length within the JSON', { inputs: [BINARY] }, EIGHT, { 'inference-header-content-length': '5' }],
    ['bytes that no input claims', { inputs: [PRICE] }, EIGHT, {}],
    ['a negative size', { inputs: [{ ...BINARY, parameters: { binary_data_size: -8 } }] }, EIGHT, {}],
    ['half a byte', { inputs: [{ ...BINARY, parameters: { binary_data_size: 7.5 } }] }, EIGHT, {}],
    ['a size as text', { inputs: [{ ...BINARY, parameters: { binary_data_size: '8' } }] }, EIGHT, {}],
    ['a size beyond the body', { inputs: [{ ...BINARY, parameters: { binary_data_size: 2 ** 40 } }] }, EIGHT, {}],
    ['fewer bytes than the shape needs', { inputs: [{ ...BINARY, shape: [3] }] }, EIGHT, {}],
    ['both bytes and data', { inputs: [{ ...BINARY, data: [1, 2] }] }, EIGHT, {}],
    [
      'a text beyond the end',
      { inputs: [{ ...BINARY, name: 'site', datatype: 'BYTES', shape: [1] }] },
      Buffer.from([255, 255, 255, 255, 1, 2, 3, 4]),
      {},
    ],
    [
      'a text length cut short',
      { inputs: [{ ...BINARY, name: 'site', datatype: 'BYTES', shape: [2] }] },
      Buffer.from([2, 0, 0, 0, 1, 2, 3, 4]),
      {},
    ],
    [
      'bytes after the last text',
      { inputs: [{ ...BINARY, name: 'site', datatype: 'BYTES', shape: [1] }] },
      Buffer.from([1, 0, 0, 0, 1, 2, 3, 4]),
      {},
    ],
  ])('refuses a binary body with %s', async (_what, json, tail, headers) => {
    const head = Buffer.from(JSON.stringify(json));
    const answer = await fetch(url(), {
      method: 'POST',
      headers: { 'inference-header-content-length': String(head.length), ...headers },
      body: new Uint8Array(Buffer.concat([head, tail])),
    });
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringMatching(/./) as unknown }]);
  });

  it.each<[string, object]>([
    [
      'fewer raw entries than inputs',
      { inputs: [RAW, { ...RAW, name: 'ad', datatype: 'INT32' }], raw_input_contents: [EIGHT] },
    ],
    ['more raw entries than inputs', { inputs: [RAW], raw_input_contents: [EIGHT, EIGHT] }],
    ['raw entries beside contents', { inputs: [TYPED], raw_input_contents: [EIGHT] }],
    ['neither raw entries nor contents', { inputs: [RAW] }],
    ['raw bytes of another length', { inputs: [RAW], raw_input_contents: [EIGHT.subarray(1)] }],
    [
      'a text beyond the raw bytes',
      {
        inputs: [{ ...RAW, name: 'site', datatype: 'BYTES', shape: [1] }],
        raw_input_contents: [rawTexts(['news']).subarray(0, 6)],
      },
    ],
    ['contents of another datatype', { inputs: [{ ...TYPED, datatype: 'INT32' }] }],
    [
      'contents of two datatypes',
      { inputs: [{ ...TYPED, contents: { fp32_contents: [1, 2], int_contents: [1, 2] } }] },
    ],
    ['FP16 as contents', { inputs: [{ ...TYPED, datatype: 'FP16' }] }],
    ['too few contents', { inputs: [{ ...TYPED, shape: [3] }] }],
    ['too many contents', { inputs: [{ ...TYPED, shape: [1] }] }],
    ['an INT8 of 128', { inputs: [{ ...RAW, datatype: 'INT8', contents: { int_contents: [128, 0] } }] }],
    ['a negative shape', { inputs: [{ ...TYPED, shape: [-2] }] }],
    ['a product beyond 2^64', { inputs: [{ ...TYPED, shape: ['4611686018427387904', 4] }] }],
    ['no shape', { inputs: [{ ...TYPED, shape: [] }] }],
    ['no name', { inputs: [{ ...TYPED, name: '' }] }],
    ['no datatype', { inputs: [{ ...TYPED, datatype: '' }] }],
    ['a name given twice', { inputs: [TYPED, TYPED] }],
    ['more inputs than any model has', { inputs: new Array(2000).fill(TYPED) }],
    ['a timeout that is a text', { inputs: [TYPED], parameters: { timeout: { string_param: '1s' } } }],
    ['an unknown output', { inputs: [TYPED], outputs: [{ name: 'pcvr' }] }],
  ])('refuses a message with %s', async (_what, request) => {
    const said = await refusal(grpc.infer({ model_name: 'click-lr', ...request }));
    expect(said.code).toBe(status.INVALID_ARGUMENT);
    expect(said.field).not.toBe('');
  });

  it('refuses a message of millions of empty parts without growing by them', async () => {
    const parts = 7_000_000;
    for (const tag of [(5 << 3) | 2, (6 << 3) | 2, (7 << 3) | 2]) {
      const bytes = Buffer.alloc(2 * parts);
      for (let i = 0; i < bytes.length; i += 2) bytes[i] = tag;
      const before = process.memoryUsage().rss;
      expect((await refusal(grpc.send('ModelInfer', bytes))).code).toBe(status.INVALID_ARGUMENT);
      expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    }
  });

  it('takes values that are no numbers for missing ones, row by row', async () => {
    const raw = rawFloats([NaN, 2.5, Infinity, -0, 1e38]);
    const answer = await grpc.infer({
      model_name: 'click-lr',
      inputs: [{ ...RAW, shape: [5] }],
      raw_input_contents: [raw],
    });
    const flags = answer.outputs.row_flags?.values.map((value) => Number(value) & 4);
    expect(flags).toEqual([4, 0, 4, 0, 0]);
    expect(answer.outputs.pctr?.values.every((p) => Number(p) > 0 && Number(p) < 1)).toBe(true);
  });

  it(`lives through ${FUZZED} damaged bodies over HTTP, and answers each with 200 or a refusal`, async () => {
    const random = seeded(11);
    const sized = [BINARY, { ...BINARY, name: 'site', datatype: 'BYTES', parameters: { binary_data_size: 10 } }];
    const whole = [
      {
        json: Buffer.from(
          JSON.stringify({
            id: 'x',
            inputs: [PRICE, { ...PRICE, name: 'ad', datatype: 'INT64' }],
            outputs: [{ name: 'pctr' }],
          }),
        ),
        tail: undefined,
      },
      {
        json: Buffer.from(JSON.stringify({ inputs: sized, parameters: { binary_data_output: true } })),
        tail: Buffer.concat([EIGHT, rawTexts(['a', 'b'])]),
      },
    ];
    const seen = new Map<number, number>();
    for (let i = 0; i < FUZZED; i++) {
      const { json, tail } = whole[i % 2];
      const answer = await postInfer(
        url(),
        damaged(json, random),
        tail === undefined ? undefined : damaged(tail, random),
      );
      await answer.arrayBuffer();
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    }
    expect([...seen.keys()].filter((code) => ![200, 400, 501].includes(code))).toEqual([]);
    expect(seen.get(400)).toBeGreaterThan(FUZZED / 2);
  });

  it(`lives through ${FUZZED} damaged messages over gRPC, and answers each with 0 or a refusal`, async () => {
    const random = seeded(13);
    const whole = [
      encode('InferRequest', {
        model_name: 'click-lr',
        id: 'x',
        inputs: [TYPED, { name: 'ad', datatype: 'INT64', shape: [2], contents: { int64_contents: [1, 2] } }],
      }),
      encode('InferRequest', {
        model_name: 'click-lr',
        inputs: [RAW, { ...RAW, name: 'site', datatype: 'BYTES' }],
        raw_input_contents: [EIGHT, rawTexts(['a', 'b'])],
      }),
    ];
    const seen = new Map<number, number>();
    for (let i = 0; i < FUZZED; i++) {
      const code = await grpc.send('ModelInfer', damaged(whole[i % 2] ?? Buffer.alloc(0), random)).then(
        () => status.OK,
        (error: ServiceError) => error.code,
      );
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    const documented = [status.OK, status.INVALID_ARGUMENT, status.NOT_FOUND, status.UNIMPLEMENTED];
    expect([...seen.keys()].filter((code) => !documented.includes(code))).toEqual([]);
    expect(seen.get(status.INVALID_ARGUMENT)).toBeGreaterThan(FUZZED / 2);
  });
});

/** mulberry32: numbers in [0, 1) that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The bytes with a few of them changed, dropped, doubled, or cut off. */
function damaged(bytes: Buffer, random: () => number): Buffer {
  let result = Buffer.from(bytes);
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const at = Math.floor(random() * result.length);
    const kind = random();
    if (kind < 0.5) result[at] = Math.floor(random() * 256);
    else if (kind < 0.7) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)]);
    else if (kind < 0.9) result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - 9))]);
    else result = result.subarray(0, at);
  }
  return result;
}
