import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS, inOneProcess } from '@adlift/persistence';
import { BackgroundJob } from '../background/background-job';
import { holdsOlder } from '../replica/holds-older';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';

const IDLE_MS = 1000;
const AWAY_MS = 5000;

/**
 * Sets what ad servers said they had sent against what is kept, once all of it must have arrived: every predictor has
 * said that it holds nothing as old, and the fold is past whatever had been written by then. What was sent since counts
 * as kept too and hides as much of a loss, which is why the moment is not missed: the sums are noted then.
 */
@Injectable()
export class EventComparison extends BackgroundJob {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    super('event totals', 'what was sent is not compared', AWAY_MS);
  }

  protected async turn(): Promise<number> {
    await inOneProcess(this.source, ADVISORY_LOCKS.eventTotals, (manager) => this.compare(manager));
    return IDLE_MS;
  }

  private async compare(manager: EntityManager): Promise<void> {
    await takeUp(manager);
    await noteLastDelta(manager, this.config.REPLICA_LIFETIME_MS);
    await noteWhatIsKept(manager);
  }
}

/** What comes while other totals of its phase wait replaces only what came before and was not taken up. */
async function takeUp(manager: EntityManager): Promise<void> {
  await manager.query(
    `UPDATE event_total told SET stage = 'waiting' WHERE stage = 'told' AND NOT EXISTS (
       SELECT FROM event_total other
       WHERE other.stage = 'waiting' AND (other.experiment, other.phase) = (told.experiment, told.phase))`,
  );
}

/**
 * Once no predictor can hold what had been sent, it is in the deltas up to the newest one, or folded.
 */
async function noteLastDelta(manager: EntityManager, lifetimeMs: number): Promise<void> {
  await manager.query(
    `UPDATE event_total total SET through_delta = (SELECT coalesce(max(id), 0) FROM event_delta)
     WHERE stage = 'waiting' AND through_delta IS NULL AND NOT EXISTS (${holdsOlder('total.reported_at', '$1')})`,
    [lifetimeMs],
  );
}

async function noteWhatIsKept(manager: EntityManager): Promise<void> {
  await manager.query(
    `WITH counted AS (
       DELETE FROM event_total total
       WHERE stage = 'waiting' AND NOT EXISTS (SELECT FROM event_delta WHERE id <= total.through_delta)
         AND through_delta IS NOT NULL
       RETURNING *
     )
     INSERT INTO event_total (stage, experiment, phase, variant, impressions, clicks, reported_at, reported_by,
       through_delta, kept_impressions, kept_clicks)
     SELECT 'compared', experiment, phase, variant, impressions, clicks, reported_at, reported_by, through_delta,
       coalesce(sum_impressions, 0), coalesce(sum_clicks, 0)
     FROM counted LEFT JOIN exp_moments USING (experiment, phase, variant)
     ON CONFLICT (experiment, phase, variant, stage) DO UPDATE SET
       impressions = excluded.impressions, clicks = excluded.clicks, reported_at = excluded.reported_at,
       reported_by = excluded.reported_by, through_delta = excluded.through_delta,
       kept_impressions = excluded.kept_impressions, kept_clicks = excluded.kept_clicks`,
  );
}
