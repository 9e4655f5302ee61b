import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { HOLDOUT_FLAG } from '@adlift/assignment';
import type { HoldoutView } from '@adlift/client';
import { writeAudit } from '../audit/write-audit';
import { flagDrift, type FlagDifference } from '../flag-sync/flag-drift';
import { FlagOutbox } from '../flag-sync/flag-outbox';
import { FlagWorker } from '../flag-sync/flag-worker';
import { UnleashAdmin } from '../flag-sync/unleash-admin';
import type { HoldoutBody } from './holdout-body';
import { holdoutPlan } from './holdout-flag';

interface HoldoutRow {
  readonly percent: number;
  readonly reason: string;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** The units that no experiment gets: how many, and whether Unleash says so too. */
@Injectable()
export class HoldoutService {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly outbox: FlagOutbox,
    private readonly worker: FlagWorker,
    private readonly unleash: UnleashAdmin,
  ) {}

  async view(): Promise<HoldoutView> {
    const row = await this.read(this.source.manager);
    const flag = (await this.outbox.states([HOLDOUT_FLAG])).get(HOLDOUT_FLAG) ?? null;
    if (row === undefined) return { percent: 0, reason: '', changedBy: null, changedAt: null, flag, differences: [] };
    const { changedAt, ...rest } = row;
    const differences = flag?.state === 'applied' ? await this.differences(row.percent) : [];
    return { ...rest, changedAt: changedAt.toISOString(), flag, differences };
  }

  /** Resolves when Unleash has followed, or takes too long to be waited for. */
  async set({ percent, reason }: HoldoutBody, actor: string): Promise<HoldoutView> {
    await this.source.transaction(async (manager) => {
      const before = await this.read(manager);
      await manager.query(
        `INSERT INTO holdout (percent, reason, changed_by) VALUES ($1, $2, $3)
         ON CONFLICT (single) DO UPDATE SET percent = EXCLUDED.percent, reason = EXCLUDED.reason,
           changed_by = EXCLUDED.changed_by, changed_at = now()`,
        [percent, reason, actor],
      );
      await this.outbox.append(manager, HOLDOUT_FLAG, holdoutPlan(percent));
      await writeAudit(manager, {
        ...{ actor, action: 'holdout.set', subject: 'holdout' },
        ...{ before: { percent: before?.percent ?? 0 }, after: { percent, reason } },
      });
    });
    await this.worker.settle(HOLDOUT_FLAG);
    return this.view();
  }

  private async read(manager: EntityManager): Promise<HoldoutRow | undefined> {
    const rows = await manager.query<HoldoutRow[]>(
      'SELECT percent, reason, changed_by AS "changedBy", changed_at AS "changedAt" FROM holdout',
    );
    return rows[0];
  }

  /** What was changed in Unleash by hand. While it is away nothing can be said. */
  private async differences(percent: number): Promise<FlagDifference[]> {
    try {
      return flagDrift(await this.unleash.read(HOLDOUT_FLAG), holdoutPlan(percent));
    } catch {
      return [];
    }
  }
}
