import { Injectable } from '@nestjs/common';
import type { ExperimentView } from '@adlift/client';
import { FlagOutbox } from '../flag-sync/flag-outbox';
import { ExperimentApproval } from './experiment-approval';
import { allowedActions } from './experiment-state';
import { ExperimentStore } from './experiment-store';
import type { ExperimentEntity } from './experiment.entity';

/** Experiments as the API shows them. */
@Injectable()
export class ExperimentViews {
  constructor(
    private readonly outbox: FlagOutbox,
    private readonly store: ExperimentStore,
    private readonly approval: ExperimentApproval,
  ) {}

  async one(experiment: ExperimentEntity): Promise<ExperimentView> {
    const approvals = await this.approval.list(this.store.manager, experiment);
    const [view] = await this.all([experiment]);
    return {
      ...view,
      approvals: approvals.map(({ approvedAt, ...approval }) => ({
        ...approval,
        approvedAt: approvedAt.toISOString(),
      })),
    };
  }

  async all(experiments: readonly ExperimentEntity[]): Promise<ExperimentView[]> {
    const flags = await this.outbox.states(experiments.map(({ key }) => key));
    return experiments.map(({ scheduledBy: _, rampStep, steppedAt, ...experiment }) => ({
      ...experiment,
      rampStep,
      steppedAt: iso(steppedAt),
      createdAt: experiment.createdAt.toISOString(),
      startedAt: iso(experiment.startedAt),
      endedAt: iso(experiment.endedAt),
      concludedAt: iso(experiment.concludedAt),
      drainUntil: iso(experiment.drainUntil),
      flag: flags.get(experiment.key) ?? null,
      actions: allowedActions(experiment.state),
    }));
  }
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
