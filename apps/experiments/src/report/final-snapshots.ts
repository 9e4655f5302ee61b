import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ADVISORY_LOCKS, inOneProcess } from '@adlift/persistence';
import { BackgroundJob } from '../background/background-job';
import { holdsOlder } from '../replica/holds-older';
import { SYSTEM } from '../experiment/lifecycle-clock';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { SnapshotService } from './snapshot.service';

const AT_ONCE = 20;

/**
 * Experiments that ended or were concluded in the last day without a snapshot of that, for which all that came before
 * is counted. What is still missing after an hour is not waited for.
 */
const DUE = `WITH ended AS (
    SELECT key, phase, state, design, CASE state WHEN 'concluded' THEN concluded_at ELSE ended_at END AS since
    FROM experiment WHERE state IN ('stopping', 'concluded') AND phase > 0
  )
  SELECT key FROM ended e
  WHERE since > clock_timestamp() - interval '1 day'
    AND NOT EXISTS (
      SELECT FROM report_snapshot s
      WHERE s.experiment = e.key AND s.taken_by = $1 AND s.report #>> '{experiment,state}' = e.state)
    AND (since < clock_timestamp() - interval '1 hour' OR (
      NOT EXISTS (${holdsOlder('e.since', '$2')})
      AND coalesce((SELECT appended_at FROM event_delta ORDER BY id LIMIT 1) > e.since, true)
      AND NOT EXISTS (SELECT FROM event_total t WHERE (t.experiment, t.phase) = (e.key, e.phase) AND stage <> 'compared')
      AND (NOT design ? 'cuped' OR EXISTS (
        SELECT FROM exp_covariate c WHERE (c.experiment, c.phase) = (e.key, e.phase) AND c.counted_at > e.since))
    ))
  -- Those that have no report must not stand before others for good.
  ORDER BY random() LIMIT ${AT_ONCE}`;

/**
 * Keeps the report of every experiment when its traffic has ended, which is what was decided on, and again when its
 * windows have drained, which is what came of it.
 */
@Injectable()
export class FinalSnapshots extends BackgroundJob {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly snapshots: SnapshotService,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    super('snapshots', 'reports of ended experiments are not kept', config.LIFECYCLE_INTERVAL_MS);
  }

  protected async turn(): Promise<number> {
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
    return this.config.LIFECYCLE_INTERVAL_MS;
  }
}
