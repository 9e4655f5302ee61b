import { DomainError } from '@adlift/problem';
import { allowedActions, EXPERIMENT_STATES, nextState, type ExperimentAction } from './experiment-state';

const STATES = EXPERIMENT_STATES;
const NOT_STARTED: readonly string[] = ['draft', 'ready', 'scheduled'];
const ACTIONS = [...new Set(STATES.flatMap(allowedActions))];

describe('the states of an experiment', () => {
  it.each(STATES)('say of %s what is allowed, and refuse all else naming that', (state) => {
    const allowed = allowedActions(state);
    for (const action of ACTIONS) {
      if (allowed.includes(action)) expect(STATES).toContain(nextState('x', state, action));
      else expect(refusal(state, action)).toMatchObject({ code: 'failed_precondition', members: { state, allowed } });
    }
  });

  it('can all be reached from a draft, and all lead to the archive', () => {
    const reached = (from: (typeof STATES)[number]): Set<string> => {
      const seen = new Set<(typeof STATES)[number]>([from]);
      for (const state of seen) for (const action of allowedActions(state)) seen.add(nextState('x', state, action));
      return seen;
    };
    expect(reached('draft')).toEqual(new Set(STATES));
    for (const state of STATES) expect(reached(state)).toContain('archived');
  });

  it('freeze the design from the start on: no action leads back', () => {
    for (const state of STATES.filter((one) => !NOT_STARTED.includes(one))) {
      for (const action of allowedActions(state)) {
        expect(NOT_STARTED).not.toContain(nextState('x', state, action));
        expect(action).not.toBe('edit');
      }
    }
  });
});

function refusal(state: (typeof STATES)[number], action: ExperimentAction): unknown {
  try {
    return nextState('x', state, action);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    return error;
  }
}
