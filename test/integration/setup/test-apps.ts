import { mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AdminApi, AdServerClient } from '@adlift/client';
import { readConfig } from '@adlift/config';
import { createExperimentsApp } from '../../../apps/experiments/src/create-app';
import { experimentsEnvironment } from '../../../apps/experiments/src/experiments-config';
import { createPredictorApp } from '../../../apps/predictor/src/create-app';
import type { PredictorState } from '../../../apps/predictor/src/health/predictor-status';
import { listen } from '../../../apps/predictor/src/listen';
import { predictorEnvironment } from '../../../apps/predictor/src/predictor-config';
import { bundleModel, type ModelFixture } from '../../../libs/scoring/src/model-bundle.fixture';
import { CuttableProxy } from './cuttable-proxy';
import { FlagsLock } from './flags-lock';
import { freePorts } from '../../../tools/stack/free-ports';
import { createTestDatabase, type TestDatabase } from './test-database';
import { testServers, type UnleashEnvironment } from './test-servers';
import { until } from './until';

export const KEYS = { player: 'key-of-the-player', importer: 'key-of-the-importer', network: 'key-of-a-network' };

/** Keys that sign charges and landing URLs. */
export const EDGE_KEYS = `1:${randomBytes(32).toString('base64')}`;

/** How often the predictor looks for new flags and models. */
export const REFRESH_MS = 100;

export interface TestAppsOptions {
  readonly environment?: UnleashEnvironment;
  /** For specs that start experiments: no other such spec runs in the same environment meanwhile. */
  readonly ownsFlags?: boolean;
  /** Key of the admin API, where access is not open. */
  readonly adminKey?: string;
  /** Further variables of the predictor. */
  readonly predictor?: Readonly<Record<string, string>>;
  /** Further variables of the experiments app. */
  readonly experiments?: Readonly<Record<string, string>>;
}

/** Both apps as they run in production, in this process, on free ports and a database of their own. */
export class TestApps {
  readonly ordinary: AdServerClient;
  readonly player: AdServerClient;
  readonly importer: AdServerClient;

  private constructor(
    readonly admin: AdminApi,
    readonly database: TestDatabase,
    /** The predictor's way to the database. */
    readonly way: CuttableProxy,
    /** The champion, click-lr@1. */
    readonly champion: ModelFixture,
    readonly experimentsUrl: string,
    readonly predictorUrl: string,
    readonly grpcAddress: string,
    readonly edgeUrl: string,
    readonly experiments: NestFastifyApplication,
    readonly predictor: NestFastifyApplication,
    private readonly home: string,
    private readonly flags: FlagsLock | undefined,
  ) {
    this.ordinary = new AdServerClient(grpcAddress);
    this.player = new AdServerClient(grpcAddress, KEYS.player);
    this.importer = new AdServerClient(grpcAddress, KEYS.importer);
  }

  static async start({
    environment = 'development',
    ownsFlags = false,
    predictor: extra = {},
    experiments: experimentsExtra = {},
    adminKey,
  }: TestAppsOptions = {}): Promise<TestApps> {
    const servers = testServers();
    const flags = ownsFlags ? await FlagsLock.take(environment) : undefined;
    const home = mkdtempSync(join(tmpdir(), 'adlift-apps-'));
    const database = await createTestDatabase();
    const way = await CuttableProxy.to(database.url);
    const [experimentsPort = 0, httpPort = 0, grpcPort = 0, edgePort = 0] = await freePorts(4);
    const shared = { ADLIFT_LOG_LEVEL: 'error', ADLIFT_OPEN_ACCESS: 'true', UNLEASH_URL: servers.unleashUrl };

    const experiments = await createExperimentsApp(
      readConfig(experimentsEnvironment, {
        ...shared,
        DATABASE_URL: database.url,
        EXPERIMENTS_PORT: String(experimentsPort),
        UNLEASH_ADMIN_TOKEN: servers.unleashAdminToken,
        UNLEASH_ENVIRONMENT: environment,
        ...experimentsExtra,
      }),
    );
    await experiments.listen(experimentsPort, '127.0.0.1');
    const experimentsUrl = `http://127.0.0.1:${experimentsPort}`;
    const champion = bundleModel('lr', 7);
    const admin = new AdminApi(experimentsUrl, adminKey);
    await admin.publishModel(champion.bundle, 'champion');

    const config = readConfig(predictorEnvironment, {
      ...shared,
      ADLIFT_HOME: home,
      DATABASE_URL: way.url,
      EXPERIMENTS_URL: experimentsUrl,
      PREDICTOR_HTTP_PORT: String(httpPort),
      PREDICTOR_GRPC_PORT: String(grpcPort),
      PREDICTOR_EDGE_PORT: String(edgePort),
      UNLEASH_CLIENT_TOKEN: servers.unleashClientTokens[environment],
      UNLEASH_REFRESH_MS: String(REFRESH_MS),
      MODEL_REFRESH_MS: String(REFRESH_MS),
      ADLIFT_TOKEN_KEYS: `1:${randomBytes(32).toString('base64')}`,
      ADLIFT_CREDENTIALS: JSON.stringify([
        { name: 'player', key: KEYS.player, grants: ['future_times', 'inject_faults'] },
        { name: 'importer', key: KEYS.importer, grants: ['import'] },
        { name: 'network', key: KEYS.network, grants: ['postback'] },
      ]),
      ADLIFT_EDGE_KEYS: EDGE_KEYS,
      ...extra,
    });
    const predictor = await createPredictorApp(config);
    await listen(predictor, config);
    const predictorUrl = `http://127.0.0.1:${httpPort}`;
    const apps = new TestApps(
      admin,
      database,
      way,
      champion,
      experimentsUrl,
      predictorUrl,
      `127.0.0.1:${grpcPort}`,
      `http://127.0.0.1:${edgePort}`,
      experiments,
      predictor,
      home,
      flags,
    );
    await until('the champion to be loaded', async () => (await fetch(`${predictorUrl}/readyz`)).ok, 40_000);
    return apps;
  }

  /** What the predictor says of itself. */
  async state(): Promise<PredictorState> {
    return (await (await fetch(`${this.predictorUrl}/v1/status`)).json()) as PredictorState;
  }

  /** A call of the predictor's HTTP API; a body that is a string is sent as it is. */
  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const answer = await fetch(this.predictorUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.json() };
  }

  async stop(): Promise<void> {
    if (this.flags !== undefined) await this.stopExperiments();
    for (const client of [this.ordinary, this.player, this.importer]) client.close();
    await this.predictor.close();
    await this.experiments.close();
    await this.way.cut();
    await this.database.drop();
    rmSync(this.home, { recursive: true, force: true });
    await this.flags?.release();
  }

  /** Leaves no flag behind that the next spec would see. */
  private async stopExperiments(): Promise<void> {
    for (const { key, state, source } of await this.admin.experiments()) {
      if (['running', 'paused'].includes(state) && source === 'flag') await this.admin.stopExperiment(key);
    }
  }
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  /** Parsed JSON. */
  readonly body: unknown;
}
