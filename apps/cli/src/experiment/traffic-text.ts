import type { HoldoutView, LayerView, SlotRangeView } from '@adlift/client';

/** A line for each layer and each experiment in it. */
export function layersText(layers: readonly LayerView[]): string {
  const lines = layers.flatMap(({ name, experiments, free }) => [
    `layer ${name}: ${free.length === 0 ? 'no slot is free' : `free ${slots(free)}`} of 1 to 100`,
    ...experiments.map((one) => `  ${slots(one.slots)}\t${one.key}\t${one.state}`),
  ]);
  return lines.join('\n') || 'no experiment is in a layer';
}

export function holdoutText({ percent, reason, changedBy, changedAt, flag, differences }: HoldoutView): string {
  if (changedAt === null) return 'no units are held out';
  return [
    `${percent} % of all units get no experiment, since ${changedAt} by ${changedBy}: ${reason}`,
    `flag: ${flag?.state ?? 'none'}${flag?.error === undefined ? '' : `: ${flag.error}`}`,
    ...differences.map(
      ({ field, expected, found }) => `DRIFT: ${field} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
    ),
  ].join('\n');
}

function slots(ranges: readonly SlotRangeView[]): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`)).join(', ');
}
