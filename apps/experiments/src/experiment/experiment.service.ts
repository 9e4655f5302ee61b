import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { jsonDigest } from '@adlift/wire';
import { writeAudit } from '../audit/write-audit';
import { FlagSync } from '../flag-sync/flag-sync';
import { ModelReadiness, type ReadinessOptions } from '../model/model-readiness';
import { ModelRegistry } from '../model/model-registry';
import { ExperimentApproval } from './experiment-approval';
import type { ApprovalBody, NewExperiment } from './experiment-design';
import { ExperimentPhaseEntity } from './experiment-phase.entity';
import { ExperimentEntity } from './experiment.entity';

/** The rules of an experiment's life: draft, running, concluded. */
@Injectable()
export class ExperimentService {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly models: ModelRegistry,
    private readonly readiness: ModelReadiness,
    private readonly flags: FlagSync,
    private readonly approval: ExperimentApproval,
  ) {}

  /** Throws `already_exists` for a key that is taken. */
  async create({ key, description, source, design }: NewExperiment, actor: string): Promise<ExperimentEntity> {
    return this.source.transaction(async (manager) => {
      const values = { key, description, source, design, state: 'draft', phase: 0, changedBy: actor } as const;
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(ExperimentEntity)
        .values(values)
        .orIgnore()
        .returning('key')
        .execute();
      if ((inserted.raw as unknown[]).length === 0)
        throw new DomainError('already_exists', `experiment "${key}" exists already`, 'key');
      const made = existing(await manager.findOneBy(ExperimentEntity, { key }), key);
      await this.audit(manager, actor, 'create', undefined, made);
      return made;
    });
  }

  /** Agrees to the design's traffic as the second person. Throws as {@link ExperimentApproval.approve} does. */
  async approve(key: string, { reason, maxRollout }: ApprovalBody, actor: string): Promise<ExperimentEntity> {
    return this.source.transaction(async (manager) => {
      const experiment = await this.lock(manager, key);
      const approval = { approver: actor, maxRollout: maxRollout ?? experiment.design.rollout, reason };
      await this.approval.approve(manager, experiment, approval);
      await writeAudit(manager, {
        actor,
        action: 'experiment.approve',
        subject: `experiment:${key}`,
        after: { revision: experiment.revision, ...approval },
      });
      return experiment;
    });
  }

  async list(): Promise<ExperimentEntity[]> {
    return this.source.getRepository(ExperimentEntity).find({ order: { createdAt: 'ASC', key: 'ASC' } });
  }

  /** Throws `not_found`. */
  async get(key: string): Promise<ExperimentEntity> {
    return existing(await this.source.getRepository(ExperimentEntity).findOneBy({ key }), key);
  }

  /**
   * Waits until every live replica has the models, freezes the design, makes the flag, opens phase 1. Throws
   * `failed_precondition` when the state does not allow it, a model is not registered or not loaded somewhere, or
   * another experiment holds the traffic; `upstream_failed` when Unleash refuses.
   */
  async start(key: string, options: ReadinessOptions, actor: string): Promise<ExperimentEntity> {
    // Without the lock at first: others need not wait while replicas load.
    const { manager: unlocked } = this.source;
    const draft = await this.startable(unlocked, await this.get(key), actor);
    if (draft.source === 'flag') await this.readiness.require(modelsOf(draft), options);
    return this.source.transaction(async (manager) => {
      const experiment = await this.startable(manager, await this.lock(manager, key), actor);
      const phase = 1;
      if (experiment.source === 'flag') await this.flags.provision(key, experiment.design, phase);
      const weights = Object.fromEntries(experiment.design.variants.map(({ name, weight }) => [name, weight]));
      await manager.insert(ExperimentPhaseEntity, { experiment: key, phase, weights, reason: 'start' });
      experiment.state = 'running';
      experiment.phase = phase;
      experiment.startedAt = new Date();
      experiment.designHash = jsonDigest(experiment.design);
      const started = await manager.save(experiment);
      await this.audit(manager, actor, 'start', 'draft', started);
      return started;
    });
  }

  /** Ends the traffic; the report stays. Throws `failed_precondition` unless it runs. */
  async stop(key: string, actor: string): Promise<ExperimentEntity> {
    return this.source.transaction(async (manager) => {
      const experiment = await this.lock(manager, key);
      if (experiment.state !== 'running') throw wrongState(experiment, 'stopped', 'running');
      if (experiment.source === 'flag') await this.flags.switchOff(key);
      const endedAt = new Date();
      await manager.update(ExperimentPhaseEntity, { experiment: key, phase: experiment.phase }, { closedAt: endedAt });
      experiment.state = 'concluded';
      experiment.endedAt = endedAt;
      const stopped = await manager.save(experiment);
      await this.audit(manager, actor, 'stop', 'running', stopped);
      return stopped;
    });
  }

  private audit(
    manager: EntityManager,
    actor: string,
    action: string,
    from: string | undefined,
    { key, state, revision, phase, design }: ExperimentEntity,
  ): Promise<void> {
    return writeAudit(manager, {
      actor,
      action: `experiment.${action}`,
      subject: `experiment:${key}`,
      before: from === undefined ? undefined : { state: from },
      after: { state, revision, phase, ...(action === 'create' ? { design } : {}) },
    });
  }

  private async startable(
    manager: EntityManager,
    experiment: ExperimentEntity,
    actor: string,
  ): Promise<ExperimentEntity> {
    if (experiment.state !== 'draft') throw wrongState(experiment, 'started', 'draft');
    await this.approval.require(manager, experiment, experiment.design.rollout, actor);
    if (experiment.source === 'flag') {
      await this.refuseOverlap(manager, experiment.key);
      await this.models.requireRegistered([...experiment.design.variants, ...(experiment.design.shadow ?? [])]);
    }
    return experiment;
  }

  private async lock(manager: EntityManager, key: string): Promise<ExperimentEntity> {
    // Starts look at each other's state, so they go one at a time.
    await manager.query('LOCK TABLE experiment IN SHARE ROW EXCLUSIVE MODE');
    return existing(await manager.findOneBy(ExperimentEntity, { key }), key);
  }

  private async refuseOverlap(manager: EntityManager, key: string): Promise<void> {
    const running = await manager.findOneBy(ExperimentEntity, { state: 'running', source: 'flag' });
    if (running !== null) {
      throw new DomainError(
        'failed_precondition',
        `experiment "${running.key}" is running on the same traffic; stop it first (POST /v1/experiments/${running.key}/stop), then start "${key}"`,
      );
    }
  }
}

/** References of the arms' models, each once. */
/** Those that answer: a shadow that does not load is missed by nobody who asks. */
function modelsOf({ design }: ExperimentEntity): string[] {
  return [...new Set(design.variants.flatMap(({ ctr, cvr }) => (cvr === undefined ? [ctr] : [ctr, cvr])))];
}

function existing(found: ExperimentEntity | null, key: string): ExperimentEntity {
  if (found === null) throw new DomainError('not_found', `there is no experiment "${key}"`, 'key');
  return found;
}

function wrongState({ key, state }: ExperimentEntity, done: string, needed: string): DomainError {
  return new DomainError('failed_precondition', `experiment "${key}" is ${state}; only a ${needed} one can be ${done}`);
}
