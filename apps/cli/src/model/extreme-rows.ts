import type { DirectFeature, Encoder } from '@adlift/features';
import type { GoldenRequest } from '@adlift/scoring';

/**
 * A request that holds every bound and every code for missing and unknown values that the manifest allows: a model
 * whose table is smaller than that would fail whole requests when it is served.
 */
export function extremeRows(encoder: Encoder): GoldenRequest {
  const direct = new Map(
    encoder.schema.features.flatMap((feature) => (feature.type === 'direct' ? [[feature.name, bounds(feature)]] : [])),
  );
  const n = Math.max(1, ...[...direct.values()].map((values) => values.length));
  const tensors = (encoder.tensors?.inputs ?? []).map(({ name, features }) => [
    name,
    Array.from({ length: n }, (_, row) =>
      features.map((feature) => {
        const values = direct.get(feature) ?? [];
        return values[row % values.length] ?? null;
      }),
    ).flat(),
  ]);
  return {
    n,
    columns: {},
    ids: new Array<number>(n * encoder.idCount).fill(0),
    numeric: new Array<number>(n * encoder.numericCount).fill(0),
    tensors: Object.fromEntries(tensors) as NonNullable<GoldenRequest['tensors']>,
  };
}

/** null stands for NaN. */
function bounds(feature: DirectFeature): (number | string | null)[] {
  switch (feature.as) {
    case 'number':
      return [feature.impute === 'nan' ? null : feature.impute, ...(feature.clip ?? [])];
    case 'integer':
      return [...feature.range, feature.missing];
    case 'vocabulary':
      return [0, Math.max(feature.values.length - 1, 0), feature.unknown, feature.missing];
    case 'hash':
      return [0, feature.size - 1, feature.missing];
    case 'text':
      return [feature.missing, '', 'a text that no model knows'];
  }
}
