import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ClientBase } from 'pg';
import { AdminApi, type Report, type SliceReport } from '@adlift/client';
import { readConfig } from '@adlift/config';
import { keepSlices } from '@adlift/ledger';
import { createExperimentsApp } from '../../apps/experiments/src/create-app';
import { experimentsEnvironment } from '../../apps/experiments/src/experiments-config';
import { freePorts } from '../../tools/stack/free-ports';
import { ARMS, EXPERIMENT, PHASE } from './fill-ledger';

const NEVER_MS = '86400000';

/** The experiments app on a filled database, asked over HTTP as anybody would. */
export class ReportServer {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly admin: AdminApi,
    /** What the job took for each dimension. */
    readonly countingMs: number[],
  ) {}

  /** Makes the experiment of the filled events an imported one, and counts its slices. */
  static async start(url: string, client: ClientBase): Promise<ReportServer> {
    const [port = 0] = await freePorts(1);
    const app = await createExperimentsApp(
      readConfig(experimentsEnvironment, {
        ...{ DATABASE_URL: url, EXPERIMENTS_PORT: String(port), ADLIFT_LOG_LEVEL: 'error', ADLIFT_OPEN_ACCESS: 'true' },
        // Imported traffic needs no flags: nobody is asked there.
        ...{ UNLEASH_URL: 'http://127.0.0.1:9', UNLEASH_ADMIN_TOKEN: 'none', FLAG_RECONCILE_MS: NEVER_MS },
        ...{ AD_RATES_REFRESH_MS: NEVER_MS, SLICES_REFRESH_MS: NEVER_MS, RECONCILE_INTERVAL_MS: NEVER_MS },
      }),
    );
    await app.listen(port, '127.0.0.1');
    const admin = new AdminApi(`http://127.0.0.1:${port}`);
    await admin.createExperiment({ key: EXPERIMENT, source: 'import', design: design() });
    await admin.startExperiment(EXPERIMENT, { force: true });
    const countingMs: number[] = [];
    for (const dimension of ['campaign', 'placement'] as const) {
      const started = performance.now();
      await keepSlices(client, EXPERIMENT, PHASE, dimension);
      countingMs.push(Math.round(performance.now() - started));
    }
    return new ReportServer(app, admin, countingMs);
  }

  report(): Promise<Report> {
    return this.admin.report(EXPERIMENT, 'all');
  }

  slices(): Promise<SliceReport> {
    return this.admin.slices(EXPERIMENT, undefined, 'all');
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}

function design(): object {
  const weight = 100 / ARMS.length;
  return {
    variants: ARMS.map((name, i) => ({ name, weight, control: i === 0, ctr: `imported@${i + 1}` })),
    plannedUnits: 1_000_000,
  };
}
