import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, status } from '@grpc/grpc-js';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { callWithBytes, refusal } from '../predictor/raw-grpc';
import { CuttableProxy } from '../setup/cuttable-proxy';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { inferOverHttp } from './protocol-client';
import { startLonePredictor, type LonePredictor } from './lone-predictor';

const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

const asIs = (bytes: Buffer): Buffer => bytes;
const question = (service: string): Buffer =>
  Buffer.concat([Buffer.from([0x0a, Buffer.byteLength(service)]), Buffer.from(service)]);
/** The status in a HealthCheckResponse; an enum's zero is not written. */
const statusIn = (reply: Buffer): number => reply[1] ?? 0;

describe('the health of a predictor and its models', () => {
  let apps: TestApps;
  let gate: CuttableProxy;
  let lone: LonePredictor;
  let watcher: Client;
  const home = mkdtempSync(join(tmpdir(), 'adlift-lone-'));

  beforeAll(async () => {
    apps = await TestApps.start();
    gate = await CuttableProxy.to(apps.experimentsUrl);
    await gate.cut();
    lone = await startLonePredictor(apps, gate.url, home);
    watcher = new Client(lone.grpcAddress, credentials.createInsecure());
  }, 60_000);
  afterAll(async () => {
    watcher.close();
    await lone.app.close();
    await gate.cut();
    await apps.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const check = async (service: string): Promise<number> =>
    statusIn(await callWithBytes(lone.grpcAddress, '/grpc.health.v1.Health/Check', question(service)));

  function watch(service: string): number[] {
    const seen: number[] = [];
    const stream = watcher.makeServerStreamRequest('/grpc.health.v1.Health/Watch', asIs, asIs, question(service));
    stream.on('data', (reply: Buffer) => seen.push(statusIn(reply)));
    stream.on('error', () => undefined);
    return seen;
  }

  it('follows the first model in, and a replaced one out, everywhere it is told', async () => {
    const http = async (path: string): Promise<number> => (await fetch(lone.url + path)).status;
    expect(await Promise.all(['/livez', '/readyz', '/v2/health/live', '/v2/health/ready'].map(http))).toEqual([
      200, 503, 200, 400,
    ]);
    expect(await Promise.all(['', 'adlift.v1.Predictor', 'inference.GRPCInferenceService'].map(check))).toEqual([
      NOT_SERVING,
      NOT_SERVING,
      NOT_SERVING,
    ]);
    expect(await check('adlift.v1.Events')).toBe(SERVING);
    expect((await refusal(check('click-lr'))).code).toBe(status.NOT_FOUND);
    const unasked = {
      inputs: [
        { name: 'ad_id', datatype: 'BYTES', shape: [1], data: ['a'] },
        { name: 'any', datatype: 'FP32', shape: [1], data: [1] },
      ],
    };
    const prior = await inferOverHttp(`${lone.url}/v2/models/adlift/infer`, unasked);
    expect(prior.parameters).toMatchObject({ fallback: true, fallback_source: 'prior', model: '' });

    const server = watch('');
    const model = watch('click-lr@1');
    await until('the watches to begin', () => server.length > 0 && model.length > 0);
    await gate.mend();
    await until('the server to serve', () => server.length === 2);
    await until('the model to serve', () => model.length === 2);
    expect([server, model]).toEqual([
      [NOT_SERVING, SERVING],
      [SERVICE_UNKNOWN, SERVING],
    ]);
    expect(await Promise.all(['/readyz', '/v2/health/ready'].map(http))).toEqual([200, 200]);
    expect(await Promise.all(['', 'click-lr', 'click-lr@1'].map(check))).toEqual([SERVING, SERVING, SERVING]);

    await apps.admin.publishModel(bundleModel('fm', 11).bundle, 'champion');
    await until('the old champion to go', () => model.length === 3);
    expect([model[2], await check('click-lr'), await check('click-fm'), await check('')]).toEqual([
      NOT_SERVING,
      NOT_SERVING,
      SERVING,
      SERVING,
    ]);
    expect(server).toEqual([NOT_SERVING, SERVING]);
  });
});
