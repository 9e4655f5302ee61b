import { isDeepStrictEqual } from 'node:util';
import type { PredictReply } from '@adlift/client';
import { decodePredictRequest } from '@adlift/wire';
import { publishTreatment, startExperiment } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { rows } from '../setup/rows';
import { GrpcProtocolClient, inferOverHttp, type Answer } from './protocol-client';

/** Last in the order of flags: other specs' experiments, which this one may meet, keep their traffic. */
const EXPERIMENT = 'z-router';
const FEATURES = [
  { name: 'ad', datatype: 'INT32', shape: [3], data: [1, 2, 3] },
  { name: 'site', datatype: 'BYTES', shape: [1], data: ['news'] },
  { name: 'price', datatype: 'FP32', shape: [3], data: [1, 2.5, 4] },
];
const INPUTS = [
  { name: 'ad_id', datatype: 'BYTES', shape: [3], data: ['ad-1', 'ad-2', 'ad-3'] },
  { name: 'campaign_id', datatype: 'BYTES', shape: [1], data: ['campaign-1'] },
  { name: 'bid_micros', datatype: 'INT64', shape: [3], data: [400_000, 500_000, 600_000] },
  ...FEATURES,
];

describe('the router as a model of the Open Inference Protocol', () => {
  let apps: TestApps;
  let grpc: GrpcProtocolClient;
  let calls = 0;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, environment: 'production' });
    grpc = new GrpcProtocolClient(apps.grpcAddress);
    await publishTreatment(apps);
    await startExperiment(apps, EXPERIMENT);
  }, 180_000);
  afterAll(async () => {
    grpc.close();
    await apps.admin.stopExperiment(EXPERIMENT);
    await apps.stop();
  });

  const infer = (changes: object = {}): Promise<Answer> =>
    inferOverHttp(`${apps.predictorUrl}/v2/models/adlift/infer`, {
      id: `router-${calls++}`,
      inputs: INPUTS,
      ...changes,
    });
  const values = (answer: Answer, name: string): unknown => answer.outputs[name]?.values;

  it('answers as Predict does, in the arm of the unit', async () => {
    for (const unitId of ['unit-1', 'unit-2', 'unit-3', 'unit-4']) {
      const { direct, answer } = await bothWays(unitId);
      const arms = direct.assignments.filter(({ assigned }) => assigned !== '');
      expect(arms).toMatchObject([{ reason: 'split' }]);
      expect(answer).toMatchObject({ model: 'adlift', version: '1', id: `inferred-${unitId}` });
      expect(answer.parameters).toMatchObject({
        model: `${direct.model}@${direct.modelVersion}`,
        bundle_digest: direct.bundleDigest,
        variant: `${arms[0]?.experiment}:${arms[0]?.assigned}`,
        logged: true,
      });
      for (const [name, expected] of [
        ['pctr', direct.pctr],
        ['ecpm_micros', direct.ecpmMicros],
        ['rank', direct.rank],
        ['propensity', direct.propensity],
        ['row_flags', direct.rowFlags],
      ] as const) {
        expect([name, values(answer, name)]).toEqual([name, Array.from(expected)]);
      }
    }
  });

  /** The same request as Predict and as an inference, while no other spec switched an experiment between the two. */
  function bothWays(unitId: string): Promise<{ direct: PredictReply; answer: Answer }> {
    const parameters = { unit_id: unitId, currency: 'EUR', placement: 'home', country: 'DE', routing_tier: 'gold' };
    return until('the same assignments in both', async () => {
      const direct = await apps.ordinary.predict(predictCall({ unitId }));
      const answer = await infer({ id: `inferred-${unitId}`, parameters: { ...parameters, tokens: 'all' } });
      const inferred = JSON.parse(String(answer.parameters.assignments)) as typeof direct.assignments;
      const same = isDeepStrictEqual(inferred.map(facts), direct.assignments.map(facts));
      return same && { direct, answer };
    });
  }

  it('gives tokens that a click is accepted with, to the first in rank unless told otherwise', async () => {
    const answer = await infer();
    const tokens = values(answer, 'token') as string[];
    expect(tokens.map((token) => token !== '')).toEqual((values(answer, 'rank') as number[]).map((rank) => rank === 1));
    const token = tokens.find((one) => one !== '');
    const report = await apps.post('/v1/events', {
      events: [
        { kind: 'impression', token },
        { kind: 'click', token },
      ],
    });
    expect(report.body).toMatchObject({ results: [{ status: 'accepted' }, { status: 'accepted' }] });
    const without = await infer({ outputs: [{ name: 'pctr' }] });
    expect(Object.keys(without.outputs)).toEqual(['pctr']);
  });

  it('logs the columns as they were scored, and the unit, as Predict does', async () => {
    const answer = await infer({ parameters: { unit_id: 'logged-unit' } });
    const sql = 'SELECT unit, n, columns FROM prediction WHERE prediction_id = $1';
    const row = await until(
      'the row to be stored',
      async () => (await rows(apps.database.url, sql, [answer.parameters.prediction_id]))[0],
    );
    expect(row).toMatchObject({ unit: 'logged-unit', n: 3 });
    const { columns } = decodePredictRequest((row as { columns: Buffer }).columns);
    expect([...columns.keys()]).toEqual(['ad', 'site', 'price']);
    expect(columns.get('price')).toEqual({ kind: 'f32', values: Float32Array.of(1, 2.5, 4) });
  });

  it('answers gRPC clients with binary tensors alike', async () => {
    const inputs = [
      { name: 'ad_id', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from('ad-9')] } },
      { name: 'bid_micros', datatype: 'INT64', shape: [1], contents: { int64_contents: [1_000_000] } },
    ];
    const answer = await grpc.infer({
      model_name: 'adlift',
      id: 'grpc-1',
      inputs,
      parameters: { unit_id: { string_param: 'u' } },
    });
    const [pctr] = values(answer, 'pctr') as number[];
    expect(values(answer, 'ecpm_micros')).toEqual([Math.round(1e9 * (pctr ?? NaN))]);
    expect(answer.parameters).toMatchObject({ request_id: 'grpc-1', logged: true });
  });

  it('makes a request id where the caller gives none', async () => {
    const answer = await infer({ id: '' });
    expect([answer.id, String(answer.parameters.request_id)]).toEqual(['', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('keeps a request with limited privacy out of log and experiment', async () => {
    const answer = await infer({ parameters: { unit_id: 'private', privacy: 'LIMITED' } });
    expect(answer.parameters).toMatchObject({ logged: false });
    expect(answer.parameters).not.toHaveProperty('variant');
  });

  it.each<[string, object]>([
    ['parameters.unitid', { parameters: { unitid: 'misspelt' } }],
    ['parameters.unit_id', { parameters: { unit_id: 7 } }],
    ['parameters.bid_type', { parameters: { bid_type: 'CPX' } }],
    ['parameters.privacy', { parameters: { privacy: 'SOME' } }],
    ['parameters.tokens', { parameters: { tokens: -1 } }],
    ['parameters.routing_x', { parameters: { routing_x: true } }],
    ['parameters.timeout', { parameters: { timeout: 0.5 } }],
    ['currency', { parameters: { currency: 'euro' } }],
    ['"ad_id" is needed', { inputs: FEATURES }],
    ['ad_id[2]', { inputs: [{ ...INPUTS[0], data: ['a', 'b', 'a'] }] }],
    ['inputs[0] (ad_id).datatype', { inputs: [{ name: 'ad_id', datatype: 'INT32', shape: [1], data: [1] }] }],
    ['bid_micros', { inputs: [INPUTS[0], { ...INPUTS[2], shape: [2], data: [1, 2] }] }],
    ['inputs[1] (bid_micros).datatype', { inputs: [INPUTS[0], { ...INPUTS[2], datatype: 'FP64' }] }],
    ['inputs[1] (surprise)', { inputs: [INPUTS[0], { name: 'surprise', datatype: 'FP32', shape: [1], data: [1] }] }],
    ['outputs[0].name', { outputs: [{ name: 'pcvr' }] }],
  ])('refuses what is wrong with %s', async (field, changes) => {
    await expect(infer(changes)).rejects.toThrow(/^400: /);
    await expect(infer(changes)).rejects.toThrow(JSON.stringify(field).slice(1, -1));
  });
});

function facts({ experiment, assigned, served, reason }: PredictReply['assignments'][number]): unknown {
  return { experiment, assigned, served, reason };
}
