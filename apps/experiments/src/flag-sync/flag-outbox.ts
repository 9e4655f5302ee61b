import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { FlagSyncView } from '@adlift/client';
import type { FlagPlan } from './flag-plan';

/** A plan that is to be carried out. */
export interface PendingPlan {
  readonly id: string;
  /** An experiment's key is its flag's name. */
  readonly flag: string;
  readonly plan: FlagPlan;
  readonly attempts: number;
}

/** What a flag is to say now. */
export interface NewestPlan {
  readonly id: string;
  readonly plan: FlagPlan;
  readonly applied: boolean;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 60_000;

/**
 * What Unleash is still to be told. A plan is stored in the transaction of the change that it follows from; of several
 * plans for one flag only the newest is carried out, so that nothing is switched on that has ended meanwhile.
 */
@Injectable()
export class FlagOutbox {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async append(manager: EntityManager, flag: string, plan: FlagPlan): Promise<void> {
    await manager.query('INSERT INTO flag_outbox (flag, plan) VALUES ($1, $2)', [flag, JSON.stringify(plan)]);
  }

  /** The newest plan of each flag that has one waiting whose time has come. */
  due(manager: EntityManager): Promise<PendingPlan[]> {
    return manager.query(
      `SELECT id, flag, plan, attempts FROM (
         SELECT DISTINCT ON (flag) * FROM flag_outbox WHERE done_at IS NULL ORDER BY flag, id DESC
       ) AS newest WHERE next_try_at <= clock_timestamp() ORDER BY id`,
    );
  }

  /** Notes that Unleash says what the plan says; those before it need not be said any more. */
  async done(manager: EntityManager, { id, flag }: PendingPlan): Promise<void> {
    await manager.query(
      'UPDATE flag_outbox SET done_at = clock_timestamp(), error = NULL WHERE flag = $1 AND id <= $2 AND done_at IS NULL',
      [flag, id],
    );
  }

  async failed(manager: EntityManager, { id, attempts }: PendingPlan, error: string): Promise<void> {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
    await manager.query(
      `UPDATE flag_outbox SET attempts = attempts + 1, error = $2,
         next_try_at = clock_timestamp() + $3 * interval '1 millisecond' WHERE id = $1`,
      [id, error, pauseMs],
    );
  }

  /** The plans of experiments that are in force and were carried out: what Unleash must say. */
  async applied(): Promise<{ flag: string; id: string; plan: FlagPlan }[]> {
    return this.source.query(
      `SELECT id, flag, plan FROM (
         SELECT DISTINCT ON (o.flag) o.* FROM flag_outbox o JOIN experiment e ON e.key = o.flag
         WHERE e.state <> 'archived' ORDER BY o.flag, o.id DESC
       ) AS newest WHERE done_at IS NOT NULL ORDER BY id`,
    );
  }

  /** The newest plan of the flag, whether it was carried out or not. */
  async newest(flag: string): Promise<NewestPlan | undefined> {
    const rows = await this.source.query<NewestPlan[]>(
      'SELECT id, plan, done_at IS NOT NULL AS applied FROM flag_outbox WHERE flag = $1 ORDER BY id DESC LIMIT 1',
      [flag],
    );
    return rows[0];
  }

  /** How far the flags are. */
  async states(flags: readonly string[]): Promise<Map<string, FlagSyncView>> {
    const rows = await this.source.query<{ flag: string; done: Date | null; made: Date; error: string | null }[]>(
      `SELECT DISTINCT ON (flag) flag, done_at AS done, made_at AS made, error
       FROM flag_outbox WHERE flag = ANY($1) ORDER BY flag, id DESC`,
      [flags],
    );
    return new Map(
      rows.map(({ flag, done, made, error }) => [
        flag,
        {
          state: done !== null ? 'applied' : error === null ? 'pending' : 'failing',
          since: (done ?? made).toISOString(),
          ...(error === null ? {} : { error }),
        },
      ]),
    );
  }
}
