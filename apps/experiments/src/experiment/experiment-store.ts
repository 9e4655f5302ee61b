import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { RevisionView } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { writeAudit } from '../audit/write-audit';
import { FlagOutbox } from '../flag-sync/flag-outbox';
import { flagPlan } from '../flag-sync/experiment-flag';
import type { FlagPlan } from '../flag-sync/flag-plan';
import type { NewExperiment } from './experiment-body';
import { ExperimentPhaseEntity } from './experiment-phase.entity';
import { designInForce, ExperimentEntity } from './experiment.entity';

/** Who changes which experiment, and how. */
export interface Change {
  readonly key: string;
  readonly actor: string;
  readonly action: string;
  readonly reason: string;
  /** Revisions that the caller has seen; undefined takes any. */
  readonly ifMatch?: readonly number[] | undefined;
  /** What is told of it beside the fields that differ. */
  readonly details?: (experiment: ExperimentEntity) => object;
  /** Does all but keep it. */
  readonly dryRun?: boolean | undefined;
}

export interface Changed {
  readonly experiment: ExperimentEntity;
  /** What Unleash is to be told; undefined where it hears nothing of it. */
  readonly plan: FlagPlan | undefined;
}

/** Changes the experiment, and gives what its flag is to be after it, where that changes. */
export type Mutation = (manager: EntityManager, experiment: ExperimentEntity) => Promise<FlagPlan['state'] | undefined>;

/** What is told of a change. */
const TOLD = [
  'state',
  'stateReason',
  'description',
  'design',
  'amended',
  'schedule',
  'phase',
  'rollout',
  'drift',
] as const satisfies readonly (keyof ExperimentEntity)[];

/** Carries a dry run's outcome out of the transaction that it ends. */
class DryRun extends Error {
  constructor(readonly changed: Changed) {
    super('a dry run changes nothing');
  }
}

/** Experiments in PostgreSQL. A change, its revision, its audit and its plan for the flag are stored together. */
@Injectable()
export class ExperimentStore {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly outbox: FlagOutbox,
  ) {}

  get manager(): EntityManager {
    return this.source.manager;
  }

  /** Throws `not_found`. */
  async get(key: string, manager = this.manager): Promise<ExperimentEntity> {
    const found = await manager.findOneBy(ExperimentEntity, { key });
    if (found === null) throw new DomainError('not_found', `there is no experiment "${key}"`, 'key');
    return found;
  }

  /** Throws `already_exists` for a key that is taken. */
  create({ key, description, source, design, schedule }: NewExperiment, actor: string): Promise<ExperimentEntity> {
    return this.source.transaction(async (manager) => {
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(ExperimentEntity)
        .values({ key, description, source, design, schedule, state: 'draft', phase: 0, changedBy: actor })
        .orIgnore()
        .returning('key')
        .execute();
      if ((inserted.raw as unknown[]).length === 0)
        throw new DomainError('already_exists', `experiment "${key}" exists already`, 'key');
      const after = { state: 'draft', description, source, design, schedule };
      await this.note(manager, { key, actor, action: 'create', reason: '' }, 1, {}, after);
      return this.get(key, manager);
    });
  }

  /**
   * Changes one experiment, one change at a time. Throws `not_found`, `stale_revision` when the caller has not seen
   * the latest, and whatever the mutation throws; then nothing is changed.
   */
  async change(change: Change, mutate: Mutation): Promise<Changed> {
    try {
      return await this.source.transaction(async (manager) => {
        // Starts look at each other's state, so they go one at a time.
        await manager.query('LOCK TABLE experiment IN SHARE ROW EXCLUSIVE MODE');
        const experiment = await this.get(change.key, manager);
        requireSeen(experiment, change.ifMatch);
        const before = { ...experiment };
        const state = await mutate(manager, experiment);
        experiment.revision++;
        const plan = state === undefined ? undefined : planOf(state, experiment);
        const changed = { experiment, plan };
        if (change.dryRun === true) throw new DryRun(changed);
        await manager.save(experiment);
        if (plan !== undefined) await this.outbox.append(manager, experiment.key, plan);
        const [was, is] = told(before, experiment);
        await this.note(manager, change, experiment.revision, was, { ...change.details?.(experiment), ...is });
        return changed;
      });
    } catch (error) {
      if (error instanceof DryRun) return error.changed;
      throw error;
    }
  }

  /** Closes the phase that is open, if one is, and opens the next. */
  async openPhase(manager: EntityManager, experiment: ExperimentEntity, reason: string): Promise<void> {
    await this.closePhase(manager, experiment, reason);
    const { variants } = designInForce(experiment);
    experiment.phase++;
    await manager.insert(ExperimentPhaseEntity, {
      experiment: experiment.key,
      phase: experiment.phase,
      weights: Object.fromEntries(variants.map(({ name, weight }) => [name, weight])),
      models: Object.fromEntries(
        variants.map(({ name, ctr, cvr }) => [name, cvr === undefined ? { ctr } : { ctr, cvr }]),
      ),
      reason,
    });
  }

  async closePhase(manager: EntityManager, { key }: ExperimentEntity, reason: string): Promise<void> {
    await manager.query(
      'UPDATE experiment_phase SET closed_at = now(), closed_reason = $2 WHERE experiment = $1 AND closed_at IS NULL',
      [key, reason],
    );
  }

  async phases(key: string): Promise<ExperimentPhaseEntity[]> {
    await this.get(key);
    return this.manager.find(ExperimentPhaseEntity, { where: { experiment: key }, order: { phase: 'ASC' } });
  }

  /** Percent by variant during a phase; empty for one that there is not. */
  async weights(experiment: string, phase: number): Promise<ReadonlyMap<string, number>> {
    const found = await this.manager.findOneBy(ExperimentPhaseEntity, { experiment, phase });
    return new Map(Object.entries(found?.weights ?? {}));
  }

  /** Every change of the experiment, the newest first. */
  async revisions(key: string): Promise<RevisionView[]> {
    await this.get(key);
    return this.manager.query(
      `SELECT revision, at, author, action, reason, before, after FROM experiment_revision
       WHERE experiment = $1 ORDER BY revision DESC`,
      [key],
    );
  }

  private async note(
    manager: EntityManager,
    { key, actor, action, reason }: Change,
    revision: number,
    before: object,
    after: object,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO experiment_revision (experiment, revision, author, action, reason, before, after)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [key, revision, actor, action, reason, JSON.stringify(before), JSON.stringify(after)],
    );
    await writeAudit(manager, {
      actor,
      action: `experiment.${action}`,
      subject: `experiment:${key}`,
      before,
      after: { revision, ...(reason === '' ? {} : { reason }), ...after },
    });
  }
}

function planOf(state: FlagPlan['state'], experiment: ExperimentEntity): FlagPlan | undefined {
  const { key, phase, rollout, design, source } = experiment;
  if (source === 'import') return undefined;
  return flagPlan(state, { key, phase, design: designInForce(experiment), rollout: rollout ?? design.rollout });
}

function requireSeen({ key, revision }: ExperimentEntity, seen: readonly number[] | undefined): void {
  if (seen === undefined || seen.includes(revision)) return;
  throw new DomainError(
    'stale_revision',
    `experiment "${key}" is at revision ${revision} by now; read it again and decide anew`,
    'if-match',
    undefined,
    { revision },
  );
}

/** The fields that differ, as they were and as they are. */
function told(before: ExperimentEntity, after: ExperimentEntity): [object, object] {
  const fields = TOLD.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  const of = (experiment: ExperimentEntity): object =>
    Object.fromEntries(fields.map((field) => [field, experiment[field]]));
  return [of(before), of(after)];
}
