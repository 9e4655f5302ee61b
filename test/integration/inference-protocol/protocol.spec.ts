import { request as httpRequest } from 'node:http';
import { status } from '@grpc/grpc-js';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { refusal, callWithBytes, streamOnce } from '../predictor/raw-grpc';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { GrpcProtocolClient, inferOverHttp } from './protocol-client';

const MODEL_METADATA = {
  name: 'click-lr',
  versions: ['1'],
  platform: 'onnx_onnxv1',
  inputs: [
    { name: 'ad', datatype: 'BYTES', shape: [-1] },
    { name: 'site', datatype: 'BYTES', shape: [-1] },
    { name: 'price', datatype: 'FP32', shape: [-1] },
  ],
  outputs: [
    { name: 'pctr', datatype: 'FP32', shape: [-1] },
    { name: 'pctr_raw', datatype: 'FP32', shape: [-1] },
    { name: 'row_flags', datatype: 'UINT32', shape: [-1] },
  ],
};
const AD = { name: 'ad', datatype: 'INT32', shape: [2], data: [1, 2] };

interface Statistics {
  readonly name: string;
  readonly inference_count: number;
  readonly execution_count: number;
  readonly last_inference: number;
  readonly inference_stats: Record<string, { count: number; ns: number }>;
  readonly batch_stats: { batch_size: number; compute_infer: { count: number } }[];
}

describe('the server of the Open Inference Protocol', () => {
  let apps: TestApps;
  let grpc: GrpcProtocolClient;

  beforeAll(async () => {
    apps = await TestApps.start();
    grpc = new GrpcProtocolClient(apps.grpcAddress);
  }, 60_000);
  afterAll(async () => {
    grpc.close();
    await apps.stop();
  });

  async function ask(verb: string, path: string, body?: string): Promise<[status: number, body: unknown]> {
    const answer = await fetch(apps.predictorUrl + path, { method: verb, ...(body !== undefined && { body }) });
    return [answer.status, await answer.json()];
  }

  it('says over HTTP that it lives, is ready, and what it is', async () => {
    expect(await ask('GET', '/v2/health/live')).toEqual([200, { live: true }]);
    expect(await ask('GET', '/v2/health/ready')).toEqual([200, { ready: true }]);
    const extensions = expect.arrayContaining(['binary_tensor_data']) as unknown;
    expect(await ask('GET', '/v2')).toEqual([
      200,
      { name: 'adlift', version: expect.any(String) as unknown, extensions },
    ]);
  });

  it('says over gRPC that it lives, is ready, and what it is', async () => {
    expect(await grpc.call('ServerLive', 'Empty', {}, 'Live')).toEqual({ live: true });
    expect(await grpc.call('ServerReady', 'Empty', {}, 'Ready')).toEqual({ ready: true });
    const server = await grpc.call<{ extensions: string[] }>('ServerMetadata', 'Empty', {}, 'ServerMetadata');
    expect(server).toMatchObject({ name: 'adlift' });
    expect(server.extensions).toContain('binary_tensor_data');
  });

  it('describes a model by its features, the same over both transports', async () => {
    for (const path of ['/v2/models/click-lr', '/v2/models/click-lr/versions/1']) {
      expect(await ask('GET', path)).toEqual([200, MODEL_METADATA]);
      expect(await ask('GET', `${path}/ready`)).toEqual([200, { name: 'click-lr', ready: true }]);
    }
    for (const version of ['', '1']) {
      const name = { name: 'click-lr', version };
      expect(await grpc.call('ModelMetadata', 'ModelName', name, 'ModelMetadata')).toEqual({
        ...MODEL_METADATA,
        properties: {},
      });
      expect(await grpc.call('ModelReady', 'ModelName', name, 'Ready')).toEqual({ ready: true });
    }
    for (const name of [{ name: 'no-such' }, { name: 'click-lr', version: '2' }, {}]) {
      expect(await grpc.call('ModelReady', 'ModelName', name, 'Ready')).toEqual({ ready: false });
    }
  });

  it('describes the router by the champion it asks', async () => {
    const [code, metadata] = await ask('GET', '/v2/models/adlift');
    const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);
    const { inputs, outputs } = metadata as typeof MODEL_METADATA;
    expect([code, names(inputs)]).toEqual([200, ['ad', 'site', 'price', 'ad_id', 'campaign_id', 'bid_micros']]);
    expect(names(outputs)).toEqual(['pctr', 'pctr_raw', 'ecpm_micros', 'rank', 'propensity', 'row_flags', 'token']);
  });

  it.each<[number, string, string, string | undefined]>([
    [404, 'GET', '/v2/models/no-such', undefined],
    [404, 'GET', '/v2/models/no-such/ready', undefined],
    [404, 'GET', '/v2/models/no-such/stats', undefined],
    [404, 'GET', '/v2/models/adlift/versions/2', undefined],
    [404, 'POST', '/v2/models/click-lr/versions/9/infer', JSON.stringify({ inputs: [AD] })],
    [404, 'GET', '/v2/nothing/here', undefined],
    [400, 'POST', '/v2/models/click-lr/infer', '{'],
    [400, 'POST', '/v2/models/click-lr/infer', ''],
    [400, 'POST', '/v2/repository/index', 'not JSON'],
    [501, 'POST', '/v2/repository/models/click-lr/load', '{}'],
    [501, 'POST', '/v2/repository/models/click-lr/unload', '{}'],
    [501, 'POST', '/v2/models/click-lr/infer', JSON.stringify({ inputs: [AD], parameters: { sequence_id: 7 } })],
    [
      501,
      'POST',
      '/v2/models/click-lr/infer',
      JSON.stringify({ inputs: [AD], outputs: [{ name: 'pctr', parameters: { classification: 2 } }] }),
    ],
    [405, 'POST', '/v2', '{}'],
    [405, 'GET', '/v2/models/click-lr/infer', undefined],
    [405, 'DELETE', '/v2/models/click-lr', undefined],
    [405, 'PUT', '/v2/health/live', '{}'],
    [413, 'POST', '/v2/models/click-lr/infer', ' '.repeat(16 * 1024 * 1024 + 1)],
  ])('answers %i with {"error"} to %s %s', async (code, verb, path, body) => {
    expect(await ask(verb, path, body)).toEqual([code, { error: expect.stringMatching(/./) as unknown }]);
  });

  it('keeps problem+json and the limit of the other routes', async () => {
    const large = await apps.post('/v1/predict', ' '.repeat(2 ** 21));
    expect([large.status, large.type]).toEqual([413, expect.stringContaining('application/problem+json')]);
    const unknown = await fetch(`${apps.predictorUrl}/v3`);
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('problem+json'),
    ]);
    const bytes = Buffer.alloc(5 * 1024 * 1024);
    const said = await refusal(callWithBytes(apps.grpcAddress, '/adlift.v1.Predictor/Predict', bytes));
    expect(said.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it.each<[string, number, object]>([
    ['an unknown model', status.NOT_FOUND, { model_name: 'no-such', inputs: [] }],
    ['an unknown version', status.NOT_FOUND, { model_name: 'click-lr', model_version: '2', inputs: [] }],
    ['no inputs', status.INVALID_ARGUMENT, { model_name: 'click-lr' }],
    ['sequences', status.UNIMPLEMENTED, { model_name: 'click-lr', parameters: { sequence_id: { int64_param: 1 } } }],
  ])('refuses %s over gRPC with status %i', async (_what, code, request) => {
    expect(await refusal(grpc.infer(request))).toMatchObject({ code });
  });

  it.each(['ModelStreamInfer', 'ModelConfig', 'ModelStatistics', 'RepositoryModelLoad', 'RepositoryModelUnload'])(
    'answers UNIMPLEMENTED to %s',
    async (method) => {
      expect(await refusal(grpc.send(method, Buffer.alloc(0)))).toMatchObject({ code: status.UNIMPLEMENTED });
    },
  );

  it('takes a message beyond the usual limit of gRPC, and refuses one beyond its own', async () => {
    const call = (bytes: number): Promise<unknown> =>
      grpc.infer({
        model_name: 'click-lr',
        inputs: [
          { name: 'site', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.alloc(bytes, 'x')] } },
        ],
      });
    await call(5 * 1024 * 1024);
    expect((await refusal(call(17 * 1024 * 1024))).code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('counts rows, runs and nanoseconds by model', async () => {
    const read = async (): Promise<Statistics> => {
      const [, body] = await ask('GET', '/v2/models/click-lr/versions/1/stats');
      return (body as { model_stats: Statistics[] }).model_stats[0];
    };
    const before = await read();
    const url = `${apps.predictorUrl}/v2/models/click-lr/infer`;
    for (let i = 0; i < 3; i++) await inferOverHttp(url, { inputs: [AD] });
    await expect(inferOverHttp(url, { inputs: [{ ...AD, name: 'no-such' }] })).rejects.toThrow('400');
    const after = await read();
    const grown = (name: string): number =>
      (after.inference_stats[name]?.count ?? 0) - (before.inference_stats[name]?.count ?? 0);
    expect([after.inference_count - before.inference_count, after.execution_count - before.execution_count]).toEqual([
      6, 3,
    ]);
    expect(['success', 'fail', 'queue', 'compute_infer', 'cache_hit'].map(grown)).toEqual([3, 1, 3, 3, 0]);
    const {
      success,
      compute_input: input,
      compute_infer: infer,
      queue,
      compute_output: output,
    } = after.inference_stats;
    const parts = [input, infer, queue, output].map((part) => part?.ns ?? NaN);
    expect(parts.every((ns) => ns > 0)).toBe(true);
    expect(parts.reduce((sum, ns) => sum + ns)).toBeLessThanOrEqual((success?.ns ?? NaN) * 1.01);
    expect(after.batch_stats).toContainEqual(expect.objectContaining({ batch_size: 2 }));
    expect(Math.abs(Date.now() - after.last_inference)).toBeLessThan(60_000);
    const [, all] = await ask('GET', '/v2/models/stats');
    expect((all as { model_stats: Statistics[] }).model_stats.map(({ name }) => name)).toEqual(['adlift', 'click-lr']);
  });

  it('lists its service by reflection', async () => {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const services = await streamOnce(apps.grpcAddress, path, Buffer.from([0x3a, 1, 0x2a]));
    expect(services.toString('latin1')).toContain('inference.GRPCInferenceService');
  });

  it('answers a URL it cannot decode, and a name that is too long, with an error', async () => {
    for (const path of ['/v2/models/%zz', `/v2/models/${'x'.repeat(500)}`]) {
      const code = await new Promise<number | undefined>((resolve, reject) =>
        httpRequest(apps.predictorUrl + path, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end(),
      );
      expect([400, 404, 414]).toContain(code);
    }
  });

  it('indexes every model of the serving set, and says why one cannot answer', async () => {
    const next = bundleModel('fm', 11).bundle;
    const file = next.manifest.files[next.manifest.modelFile]?.sha256;
    await apps.admin.publishModel(next);
    const flip = 'UPDATE model_file SET content = set_byte(content, 99, get_byte(content, 99) # 1) WHERE sha256 = $1';
    await rows(apps.database.url, flip, [file]);
    await apps.admin.publishModel({ ...next, files: next.files }, 'champion');
    await until('the bundle to be refused', async () => (await apps.state()).models.failed.length > 0);

    const router = { name: 'adlift', version: '1', state: 'READY', reason: '' };
    const ready = { name: 'click-lr', version: '1', state: 'READY', reason: '' };
    const failed = {
      name: 'click-fm',
      version: '1',
      state: 'UNAVAILABLE',
      reason: expect.stringContaining('sha256') as unknown,
    };
    expect(await ask('POST', '/v2/repository/index')).toEqual([200, [router, ready, failed]]);
    expect(await ask('POST', '/v2/repository/index', '{"ready": true}')).toEqual([200, [router, ready]]);
    expect(await grpc.call('RepositoryIndex', 'IndexRequest', {}, 'Index')).toEqual({
      models: [router, ready, failed],
    });
    expect((await ask('GET', '/v2/models/click-fm/ready'))[0]).toBe(503);
    expect((await ask('POST', '/v2/models/click-fm/infer', JSON.stringify({ inputs: [AD] })))[0]).toBe(503);
    expect((await refusal(grpc.infer({ model_name: 'click-fm' }))).code).toBe(status.UNAVAILABLE);
  });
});
