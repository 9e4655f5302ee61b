import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientBase, Pool } from 'pg';
import { Repeating } from '@adlift/background';
import { openPool, withClient } from '@adlift/persistence';
import {
  findWaiting,
  FOLD_LIMIT,
  foldInMs,
  foldWaiting,
  lookInMs,
  setAttributionWindow,
  type Folded,
  type Waiting,
} from '@adlift/ledger';
import { inSpan, observe, telemetry } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';

const AWAY_MS = 1000;
/** SQLSTATE of a statement that took longer than it may. */
const TIMED_OUT = '57014';
/** By so much a fold shrinks that took too long: each that does costs the time of the limit. */
const SHRINK = 8;
/** Fewer deltas are not worth a transaction; if even these take too long, something holds the fold up. */
const LEAST_DELTAS = 100;

type FoldConfig = Pick<ExperimentsEnvironment, 'DATABASE_URL' | 'ATTRIBUTION_WINDOW_DAYS'>;

/** Folds deltas into the kept statistics for as long as the process lives; of several processes one leads. */
@Injectable()
export class FoldService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('fold');
  private readonly pool: Pool;
  private readonly folding = new Repeating({
    turn: () => this.fold(),
    failed: ({ message }) => {
      this.logger.warn(`fold waits: ${message}`);
      return AWAY_MS;
    },
  });
  private windowIsSet = false;
  private readonly deltas = telemetry().meter.createCounter('adlift_fold_deltas', {
    description: 'Deltas moved into the kept statistics by this process',
  });
  private foldedAt = Date.now();
  /** Deltas of the next fold: fewer after one that took too long, on a database that is slow or has much to make up. */
  private limit = FOLD_LIMIT;
  /** Age of the oldest delta when last looked, seconds. */
  private staleness = 0;

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: FoldConfig) {
    this.pool = openPool({
      connectionString: config.DATABASE_URL,
      application_name: 'adlift-fold',
      // One more for the second lane in busy times.
      max: 2,
      statement_timeout: 60_000,
    });
  }

  onApplicationBootstrap(): void {
    this.deltas.add(0);
    observe('adlift_fold_age_seconds', 'Time since this process last looked for deltas with success', () => [
      [(Date.now() - this.foldedAt) / 1000, {}],
    ]);
    observe(
      'adlift_fold_staleness_seconds',
      'Age of the oldest delta that waits to be folded, by the last look',
      () => [[this.staleness, {}]],
    );
    this.folding.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.folding.end();
    await this.pool.end();
  }

  private async fold(): Promise<number> {
    if (!this.windowIsSet) await this.setWindow();
    this.windowIsSet = true;
    return withClient(this.pool, async (client) => {
      const waiting = await findWaiting(client);
      this.staleness = (waiting.oldestMs ?? 0) / 1000;
      const waitMs = foldInMs(waiting);
      this.foldedAt = Date.now();
      if (waitMs > 0) return waitMs;
      // An idle look is not worth a trace four times a second.
      const folded = await inSpan('fold', {}, [], () =>
        withClient(this.pool, (beside) => this.foldSome([client, beside], waiting)),
      );
      this.deltas.add(folded.deltas);
      this.foldedAt = Date.now();
      return lookInMs(folded);
    });
  }

  private setWindow(): Promise<boolean> {
    return withClient(this.pool, (client) => setAttributionWindow(client, this.config.ATTRIBUTION_WINDOW_DAYS));
  }

  private async foldSome(clients: readonly [ClientBase, ClientBase], waiting: Waiting): Promise<Folded> {
    try {
      const folded = await foldWaiting(clients, this.limit, waiting);
      if (folded.more) this.limit = Math.min(2 * this.limit, FOLD_LIMIT);
      return folded;
    } catch (error) {
      if ((error as { code?: string }).code === TIMED_OUT)
        this.limit = Math.max(Math.floor(this.limit / SHRINK), LEAST_DELTAS);
      throw error;
    }
  }
}
