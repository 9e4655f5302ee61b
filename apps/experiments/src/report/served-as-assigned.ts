import type { HealthCheck } from '@adlift/client';
import { MOST_UNEXPOSED } from '../request-review/request-review-store';
import type { PhaseStatistics } from './kept-statistics';

/** Share of the units that may lack an exposure: those who were erased while they were there come without one. */
export const MAX_UNEXPOSED_SHARE = 0.001;

/**
 * Whether units were served what the flag gives them, and all that were are counted: by the prediction log as far as it
 * was looked through, and by what Unleash was found to say.
 */
export function servedAsAssigned(statistics: PhaseStatistics): HealthCheck[] {
  return [assignmentLeak(statistics), missingUnits(statistics), drift(statistics)];
}

function assignmentLeak({ review }: PhaseStatistics): HealthCheck {
  const { requests, leaked, unverified, example } = review;
  const looked = `${leaked} of ${requests} logged requests looked at have another arm than their flag gives to the unit`;
  return {
    name: 'assignment_leak',
    ok: leaked === 0,
    detail: [
      ...[looked, unverified === 0 ? '' : `of ${unverified} that cannot be told`],
      example === null ? '' : `for example ${example}`,
    ]
      .filter((part) => part !== '')
      .join('; '),
  };
}

function missingUnits({ review, arms }: PhaseStatistics): HealthCheck {
  const exposed = [...arms.values()].reduce((sum, { units }) => sum + units, 0);
  const { unexposedUnits: missing } = review;
  return {
    name: 'missing_units',
    ok: missing === 0 || (missing < MOST_UNEXPOSED && missing <= MAX_UNEXPOSED_SHARE * exposed),
    detail: `${missing} units have logged requests in an arm but no exposure, ${exposed} have one (limit ${100 * MAX_UNEXPOSED_SHARE} %)`,
  };
}

function drift({ handEdit }: PhaseStatistics): HealthCheck {
  const what = handEdit === null || handEdit.length === 0 ? '' : `: ${handEdit.join(', ')}`;
  return {
    name: 'drift',
    ok: handEdit === null,
    detail:
      handEdit === null
        ? 'nobody changed the flag in Unleash by hand'
        : `the flag was changed in Unleash by hand${what}`,
  };
}
