import type { ExperimentState } from '@adlift/client';
import { DomainError } from '@adlift/problem';

export const EXPERIMENT_STATES = [
  'draft',
  'ready',
  'scheduled',
  'running',
  'paused',
  'stopping',
  'concluded',
  'archived',
  'aborted',
] as const satisfies readonly ExperimentState[];

/**
 * What may be done in which state, and where it leads. `edit` changes the design, `amend` what may change of a frozen
 * one; `resync` has a flag that was changed by hand say again what it shall.
 */
const TRANSITIONS = {
  draft: { edit: 'draft', ready: 'ready', start: 'running', abort: 'aborted' },
  ready: { edit: 'draft', schedule: 'scheduled', start: 'running', abort: 'aborted' },
  scheduled: { unschedule: 'ready', start: 'running', abort: 'aborted' },
  running: {
    amend: 'running',
    ramp: 'running',
    resync: 'running',
    pause: 'paused',
    stop: 'stopping',
    abort: 'aborted',
  },
  paused: { amend: 'paused', ramp: 'paused', resume: 'running', stop: 'stopping', abort: 'aborted' },
  stopping: { conclude: 'concluded' },
  concluded: { archive: 'archived' },
  aborted: { archive: 'archived' },
  archived: {},
} as const satisfies Record<ExperimentState, Partial<Record<string, ExperimentState>>>;

type ActionsOf<State> = State extends ExperimentState ? keyof (typeof TRANSITIONS)[State] : never;

/** What can be done to an experiment. */
export type ExperimentAction = ActionsOf<ExperimentState>;

/** What may be done in the state. */
export function allowedActions(state: ExperimentState): ExperimentAction[] {
  return Object.keys(TRANSITIONS[state]) as ExperimentAction[];
}

/** The state that the action leads to. Throws `failed_precondition` naming what is allowed instead. */
export function nextState(key: string, state: ExperimentState, action: ExperimentAction): ExperimentState {
  const next = (TRANSITIONS[state] as Partial<Record<ExperimentAction, ExperimentState>>)[action];
  if (next !== undefined) return next;
  const allowed = allowedActions(state);
  throw new DomainError(
    'failed_precondition',
    `experiment "${key}" is ${state}, which does not allow "${action}"; allowed: ${allowed.join(', ') || 'nothing any more'}`,
    undefined,
    undefined,
    { state, allowed },
  );
}
