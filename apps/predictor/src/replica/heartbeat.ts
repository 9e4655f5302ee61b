import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { Repeating } from '@adlift/background';
import { Ledger } from '@adlift/ledger';
import { observe } from '@adlift/telemetry';
import { jsonDigest } from '@adlift/wire';
import { LEDGER_POOL } from '../ledger.module';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { FlagRecorder } from '../routing/flag-recorder';
import { ModelRepository } from '../serving/model-repository';
import { replicaModels } from './replica-models';
import { softwareVersion } from './software-version';

const WILDCARDS = ['0.0.0.0', '::'];
/** A shutdown does not wait longer than this for a database that is away; the row then dies by its silence. */
const FAREWELL_MS = 1000;
/** A beat that hangs must not keep the next ones from being tried. */
const BEAT_TIMEOUT_MS = 5000;

/** Replicas that were silent for a day are forgotten with the same statement, and who was at this address before. */
const BEAT = `
  WITH forgotten AS (
    DELETE FROM replica
    WHERE id <> $1 AND (seen_at < now() - interval '1 day' OR (address = $2 AND started_at < $6))
  )
  INSERT INTO replica (id, address, software, flag_revision, models, started_at, spooled, spool_lag_ms, spool_seen_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (id) DO UPDATE SET
    flag_revision = EXCLUDED.flag_revision, models = EXCLUDED.models, spooled = EXCLUDED.spooled,
    spool_lag_ms = EXCLUDED.spool_lag_ms, spool_seen_at = EXCLUDED.spool_seen_at, seen_at = now()`;

/**
 * Tells of this replica every HEARTBEAT_MS, and when its models change. It goes to PostgreSQL directly: a replica that
 * cannot reach PostgreSQL cannot record flags either, so it takes no unit into an experiment and need not be waited for.
 */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Of this process alone. */
  readonly id = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  private readonly logger = new Logger('heartbeat');
  private readonly beating = new Repeating({
    turn: async () => {
      await this.beat();
      return this.config.HEARTBEAT_MS;
    },
    failed: ({ message }, again) => {
      if (!again) this.logger.warn(`not heard by anyone for now: ${message}`);
      return this.config.HEARTBEAT_MS;
    },
  });
  private readonly startedAt = new Date();
  private readonly software = softwareVersion();
  private readonly address: string;
  private told = '';
  private beatAt = Date.now();

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    @Inject(LEDGER_POOL) private readonly pool: Pool,
    private readonly models: ModelRepository,
    private readonly flags: FlagRecorder,
    private readonly ledger: Ledger,
  ) {
    const host = WILDCARDS.includes(config.ADLIFT_HOST) ? hostname() : config.ADLIFT_HOST;
    this.address = `${host}:${config.PREDICTOR_HTTP_PORT}`;
    models.onChange(() => {
      // Somebody may be waiting for just this model.
      if (this.modelsText() !== this.told) this.beating.wake();
    });
  }

  onApplicationBootstrap(): void {
    observe('adlift_heartbeat_age_seconds', 'Time since this replica last told of itself with success', () => [
      [(Date.now() - this.beatAt) / 1000, {}],
    ]);
    this.beating.start();
  }

  /** While the database can still be reached. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([this.leave(), delay(FAREWELL_MS, undefined, { ref: false })]);
  }

  private async beat(): Promise<void> {
    const models = this.modelsText();
    // Also when it is not stored: the next try comes in its time, not at once.
    this.told = models;
    const flagRevision = jsonDigest(this.flags.current().map(({ experiment, digest }) => [experiment, digest]));
    const { id, address, software, startedAt } = this;
    // By the database's clock, and before the look: whatever was taken in by then is seen.
    const lookedAt = await this.now();
    const { events, exposures } = this.ledger.pending;
    const spool = [events + exposures, this.ledger.lagMs, lookedAt];
    const values = [id, address, software, flagRevision, models, startedAt, ...spool];
    await this.query(BEAT, values);
    this.beatAt = Date.now();
  }

  private async now(): Promise<Date> {
    const { rows } = await this.query<{ now: Date }>('SELECT clock_timestamp() AS now', []);
    if (rows[0] === undefined) throw new Error('PostgreSQL gave no time');
    return rows[0].now;
  }

  private query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<QueryResult<Row>> {
    const query: QueryConfig & { query_timeout: number } = { text, values, query_timeout: BEAT_TIMEOUT_MS };
    return this.pool.query<Row>(query);
  }

  private async leave(): Promise<void> {
    await this.beating.end();
    await this.pool.query('DELETE FROM replica WHERE id = $1', [this.id]).catch(() => undefined);
  }

  private modelsText(): string {
    return JSON.stringify(replicaModels(this.models.state()));
  }
}
