import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { PageFiles } from './page-files';

export interface ServiceHealth {
  readonly name: string;
  readonly status: 'ok' | 'degraded' | 'down';
  readonly detail: string;
}

/** The answer of `GET /v1/overview`. */
export interface Overview {
  readonly services: readonly ServiceHealth[];
  readonly links: readonly { readonly name: string; readonly url: string }[];
}

const PATIENCE_MS = 1500;

/** The parts of the predictor's answers that are shown. */
const readiness = z.object({ status: z.enum(['ok', 'degraded']).catch('ok'), detail: z.string().default('') });
const predictorStatus = z.object({
  models: z.object({ loaded: z.array(z.unknown()) }),
  predictions: z.object({ requests: z.number(), fallbacks: z.number() }),
});

/** How the services are, asked from here: a browser may not reach them. */
@Injectable()
export class OverviewService {
  constructor(
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
    @InjectDataSource() private readonly source: DataSource,
    private readonly files: PageFiles,
  ) {}

  async overview(): Promise<Overview> {
    return { services: await Promise.all([this.experiments(), this.predictor()]), links: this.links() };
  }

  private async experiments(): Promise<ServiceHealth> {
    const name = 'experiments';
    try {
      await this.source.query('SELECT 1');
      return { name, status: 'ok', detail: 'database reachable' };
    } catch (error) {
      return { name, status: 'down', detail: `the database is away: ${(error as Error).message}` };
    }
  }

  private async predictor(): Promise<ServiceHealth> {
    const name = 'predictor';
    try {
      const [ready, status] = await Promise.all([this.ask('/readyz'), this.ask('/v1/status')]);
      const { status: health, detail } = readiness.parse(ready.body);
      if (!ready.ok) return { name, status: 'down', detail };
      const { models, predictions } = predictorStatus.parse(status.body);
      const counts = `${models.loaded.length} models, ${predictions.requests} predictions, ${predictions.fallbacks} from a fallback`;
      return { name, status: health, detail: health === 'ok' ? counts : `event store away; ${counts}` };
    } catch (error) {
      return { name, status: 'down', detail: `no answer from ${this.config.PREDICTOR_URL}: ${reason(error)}` };
    }
  }

  private async ask(path: string): Promise<{ ok: boolean; body: unknown }> {
    const { PREDICTOR_URL: url, PREDICTOR_KEY: key } = this.config;
    const answer = await fetch(url + path, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
    });
    if (answer.status === 401 || answer.status === 403) throw new Error('it does not take our PREDICTOR_KEY');
    return { ok: answer.ok, body: await answer.json() };
  }

  private links(): Overview['links'] {
    return [
      { name: 'Unleash', url: this.config.UNLEASH_URL },
      { name: 'Experiments API', url: '/v1/experiments' },
      { name: 'Models API', url: '/v1/models' },
      ...this.files.documents.map((file) => ({ name: titleOf(file), url: `/docs/${file}` })),
    ];
  }
}

/** "runbook.md" as "Runbook". */
function titleOf(file: string): string {
  const name = file.replace(/\.md$/, '').replaceAll('-', ' ');
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** What fetch itself says is only that it failed; its cause says why. */
function reason(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string } };
  return cause?.code ?? message;
}
