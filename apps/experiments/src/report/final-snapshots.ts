import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Repeating } from '@adlift/background';
import { ADVISORY_LOCKS, inOneProcess } from '@adlift/persistence';
import { SYSTEM } from '../experiment/lifecycle-clock';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { SnapshotService } from './snapshot.service';

const AT_ONCE = 20;

/** Ended experiments without a snapshot of their state, for which all from before the end is counted. */
const DUE = `SELECT key FROM experiment e
  WHERE state IN ('stopping', 'concluded') AND phase > 0 AND ended_at IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM report_snapshot s
      WHERE s.experiment = e.key AND s.taken_by = $1 AND s.report #>> '{experiment,state}' = e.state)
    AND NOT EXISTS (
      SELECT FROM replica
      WHERE seen_at > clock_timestamp() - $2 * interval '1 ms'
        AND spool_seen_at - spool_lag_ms * interval '1 ms' < e.ended_at)
    AND coalesce((SELECT appended_at FROM event_delta ORDER BY id LIMIT 1) > e.ended_at, true)
  ORDER BY ended_at LIMIT ${AT_ONCE}`;

/**
 * Keeps the report of every experiment when its traffic has ended, which is what was decided on, and again when its
 * windows have drained, which is what came of it.
 */
@Injectable()
export class FinalSnapshots implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('snapshots');
  private readonly keeping: Repeating;

  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly snapshots: SnapshotService,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    const pauseMs = config.LIFECYCLE_INTERVAL_MS;
    this.keeping = new Repeating({
      turn: async () => {
        await this.keep();
        return pauseMs;
      },
      failed: ({ message }, again) => {
        if (!again) this.logger.warn(`reports of ended experiments are not kept: ${message}`);
        return pauseMs;
      },
    });
  }

  onApplicationBootstrap(): void {
    this.keeping.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.keeping.end();
  }

  private async keep(): Promise<void> {
    let trouble: Error | undefined;
    await inOneProcess(this.source, ADVISORY_LOCKS.finalSnapshots, async (manager) => {
      const due: { key: string }[] = await manager.query(DUE, [SYSTEM, this.config.REPLICA_LIFETIME_MS]);
      // One that has no report does not keep the others from theirs.
      for (const { key } of due)
        await this.snapshots.take(key, SYSTEM).catch((error: Error) => {
          trouble ??= new Error(`${key}: ${error.message}`);
        });
    });
    if (trouble !== undefined) throw trouble;
  }
}
