import type { ModelView, PolicyView, ServingPolicy } from '@adlift/client';
import { textTable } from './text-table';

/** Models as a text table, and under it what failed where and why. */
export function modelTable(models: readonly ModelView[]): string {
  if (models.length === 0) return 'no models yet';
  const rows = models.map((model) => [
    `${model.name}@${model.version}`,
    model.kind,
    model.labels.join(', ') || '-',
    model.wanted ? 'yes' : 'no',
    replicaCounts(model),
    model.reasons.join(', '),
  ]);
  const troubles = models.flatMap(({ name, version, replicas }) =>
    replicas
      .filter(({ reason }) => reason !== undefined)
      .map(({ replica, reason }) => `${name}@${version} on ${replica}: ${reason}`),
  );
  const table = textTable(['model', 'kind', 'labels', 'wanted', 'replicas', 'why'], rows);
  return troubles.length === 0 ? table : [table, '', 'failed:', ...troubles.map((line) => `  ${line}`)].join('\n');
}

/** One line of what is to become of a version. */
export function modelLine({ name, version, wanted, reasons }: ModelView): string {
  return `${name}@${version} is ${wanted ? 'to be served' : 'not to be served'}: ${reasons.join(', ')}`;
}

/** One line of a policy. */
export function policyLine({ name, policy, isDefault }: PolicyView): string {
  return `${name}: ${inWords(policy)}${isDefault ? ' (the default)' : ''}`;
}

function inWords({ latest, specific, labels }: ServingPolicy): string {
  if (latest !== undefined)
    return latest.versions === 1 ? 'the newest version' : `the ${latest.versions} newest versions`;
  if (specific !== undefined) return `the versions ${specific.versions.join(', ')}`;
  return (labels ?? []).length === 0 ? 'no version' : `the versions labelled ${labels?.join(', ')}`;
}

function replicaCounts({ replicas }: ModelView): string {
  const counts = ['loaded', 'loading', 'failed', 'previous'].map((state) => {
    const count = replicas.filter((replica) => replica.state === state).length;
    return count === 0 ? '' : `${count} ${state}`;
  });
  return counts.filter((count) => count !== '').join(', ') || '-';
}
