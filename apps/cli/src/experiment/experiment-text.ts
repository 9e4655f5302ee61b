import type { ExperimentView, RevisionView } from '@adlift/client';

/** One line an experiment. */
export function experimentList(experiments: readonly ExperimentView[]): string {
  const lines = experiments.map(({ key, state, rollout, design, drift }) => {
    const arms = design.variants.map(({ name }) => name).join(' : ');
    return [key, state, rollout === null ? '-' : `${rollout} %`, arms, ...(drift === null ? [] : ['DRIFT'])].join('\t');
  });
  return lines.join('\n') || 'no experiments yet';
}

/** What there is to know of one experiment. */
export function experimentLines(experiment: ExperimentView, revisions: readonly RevisionView[]): string {
  const { key, state, stateReason, phase, rollout, flag, drift, approvals = [], actions } = experiment;
  return [
    `${key} is ${state}${stateReason === '' ? '' : ` (${stateReason})`}, phase ${phase}, ${rollout ?? 0} % of all units`,
    `flag: ${flag === null ? 'none' : `${flag.state} since ${flag.since}${flag.error === undefined ? '' : `: ${flag.error}`}`}`,
    ...(drift?.differences.map(
      ({ field, expected, found }) =>
        `DRIFT since ${drift.since}: ${field} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
    ) ?? []),
    ...approvals.map(({ approver, maxRollout }) => `approved by ${approver} up to ${maxRollout} %`),
    `next: ${actions.join(', ') || 'nothing'}`,
    ...revisions.map(
      ({ revision, at, author, action, reason }) =>
        `  ${revision}\t${at}\t${author}\t${action}${reason === '' ? '' : `\t${reason}`}`,
    ),
  ].join('\n');
}
