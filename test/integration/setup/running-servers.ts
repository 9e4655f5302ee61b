import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, startEmbeddedPostgres, type RunningPostgres } from '../../../tools/stack/embedded-postgres';
import { ServiceProcess } from '../../../tools/stack/service-process';
import { freePorts } from '../../../tools/stack/free-ports';
import type { TestServers } from './test-servers';

const ROOT = join(__dirname, '..', '..', '..');

/** Only a machine that loses its power can tell: what the specs do to the server, killed backends included, is kept. */
const UNSAFE = ['fsync=off', 'full_page_writes=off'];

/** One PostgreSQL and one Unleash for a whole test run, in a folder of their own that goes with them. */
export class RunningServers {
  private constructor(
    readonly addresses: TestServers,
    private readonly home: string,
    private readonly postgres: RunningPostgres,
    private readonly unleash: ServiceProcess,
  ) {}

  static async start(): Promise<RunningServers> {
    const home = mkdtempSync(join(tmpdir(), 'adlift-test-'));
    // The account that PostgreSQL runs as when we are root must be able to enter.
    chmodSync(home, 0o755);
    const [postgresPort = 0, unleashPort = 0] = await freePorts(2);
    const password = randomBytes(12).toString('hex');
    const postgres = await startEmbeddedPostgres({
      home,
      port: postgresPort,
      password,
      log: () => undefined,
      settings: UNSAFE,
    });
    await ensureDatabase(postgres, 'unleash');
    const addresses: TestServers = {
      postgres: postgres.url(''),
      unleashUrl: `http://127.0.0.1:${unleashPort}`,
      unleashAdminToken: `*:*.${randomBytes(24).toString('hex')}`,
      unleashClientTokens: {
        development: `default:development.${randomBytes(24).toString('hex')}`,
        production: `default:production.${randomBytes(24).toString('hex')}`,
      },
    };
    const unleash = new ServiceProcess({
      name: 'unleash',
      args: [join(ROOT, 'tools', 'stack', 'unleash-main.ts')],
      cwd: ROOT,
      env: {
        UNLEASH_PORT: String(unleashPort),
        DATABASE_URL: postgres.url('unleash'),
        DATABASE_SSL: 'false',
        INIT_ADMIN_API_TOKENS: addresses.unleashAdminToken,
        INIT_CLIENT_API_TOKENS: Object.values(addresses.unleashClientTokens).join(','),
        NODE_ENV: 'production',
        CHECK_VERSION: 'false',
      },
      logFile: join(home, 'unleash.log'),
      onDeath: (error) => console.error(error.message),
    });
    const servers = new RunningServers(addresses, home, postgres, unleash);
    try {
      await unleash.whenReady();
    } catch (error) {
      await servers.stop();
      throw error;
    }
    return servers;
  }

  async stop(): Promise<void> {
    await this.unleash.stop();
    await this.postgres.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** For an exit that leaves no time to wait: the servers are told to end, Unleash also by the loss of its parent. */
  abandon(): void {
    void this.postgres.stop();
  }
}
