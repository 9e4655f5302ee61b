import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ANYONE } from '@adlift/access';
import { DomainError } from '@adlift/problem';
import { jsonDigest } from '@adlift/wire';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { layerPercent } from '../layer/layer-slots';
import { designInForce, type ExperimentEntity } from './experiment.entity';

export interface Approval {
  readonly approver: string;
  /** Percent of all units up to which it goes. */
  readonly maxRollout: number;
  readonly reason: string;
  readonly approvedAt: Date;
}

/**
 * The second person: above APPROVAL_ABOVE_PERCENT of all units nobody decides alone. An approval is of a design as it
 * stands, by somebody who did not write it, and lets somebody else than the approver start or ramp it.
 */
@Injectable()
export class ExperimentApproval {
  private readonly threshold: number;

  constructor(@Inject(EXPERIMENTS_CONFIG) config: ExperimentsEnvironment) {
    this.threshold = config.APPROVAL_ABOVE_PERCENT;
  }

  /** Throws `permission_denied` for who wrote the design. */
  async approve(
    manager: EntityManager,
    experiment: ExperimentEntity,
    { approver, maxRollout, reason }: Omit<Approval, 'approvedAt'>,
  ): Promise<void> {
    if (approver === experiment.changedBy && approver !== ANYONE.name) {
      throw new DomainError(
        'permission_denied',
        `"${approver}" wrote the design of "${experiment.key}"; somebody else has to approve it`,
      );
    }
    await manager.query(
      `INSERT INTO experiment_approval (experiment, digest, approver, max_rollout, reason) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (experiment, digest, approver)
       DO UPDATE SET max_rollout = EXCLUDED.max_rollout, reason = EXCLUDED.reason, approved_at = now()`,
      [experiment.key, approvedDigest(experiment), approver, maxRollout, reason],
    );
  }

  /** Approvals of the experiment as it stands. */
  async list(manager: EntityManager, experiment: ExperimentEntity): Promise<Approval[]> {
    return manager.query(
      `SELECT approver, max_rollout AS "maxRollout", reason, approved_at AS "approvedAt" FROM experiment_approval
       WHERE experiment = $1 AND digest = $2 ORDER BY approved_at`,
      [experiment.key, approvedDigest(experiment)],
    );
  }

  /**
   * Whether so much traffic needs a second person. Where access is open nobody can be told from anybody else, so
   * nobody is asked; imported traffic is none of ours.
   */
  isNeeded({ source, design }: Pick<ExperimentEntity, 'source' | 'design'>, rollout: number, actor: string): boolean {
    const percent = (rollout * layerPercent(design.layer)) / 100;
    return source === 'flag' && percent > this.threshold && actor !== ANYONE.name;
  }

  /** Throws `failed_precondition` unless `actor` may send `rollout` percent of the units that are open to it into the experiment. */
  async require(manager: EntityManager, experiment: ExperimentEntity, rollout: number, actor: string): Promise<void> {
    if (!this.isNeeded(experiment, rollout, actor)) return;
    const approvals = await this.list(manager, experiment);
    if (approvals.some(({ approver, maxRollout }) => approver !== actor && maxRollout >= rollout)) return;
    throw new DomainError(
      'failed_precondition',
      `a rollout of ${rollout} % is above ${this.threshold} % of the traffic and needs a second person: somebody with the role "approver" other than "${actor}" has to approve it first (POST /v1/experiments/${experiment.key}/approve)`,
      'approval',
    );
  }
}

/** What an approval is of: the design in force. Any change of it needs a new one. */
function approvedDigest(experiment: ExperimentEntity): string {
  return jsonDigest({ design: designInForce(experiment) });
}
