/** What one feature or cross adds to a logit. */
export interface Contribution {
  readonly feature: string;
  readonly value: number;
}

/** A logit taken apart: `base` and the contributions, added in the order in which they stand here, are `logit`. */
export interface Explained {
  readonly base: number;
  /** The largest in absolute value first. */
  readonly contributions: readonly Contribution[];
  readonly logit: number;
}

/** Sorts the contributions of `names` and adds them up; those of equal size keep their order. */
export function explained(base: number, names: readonly string[], values: Float64Array): Explained {
  const contributions = names
    .map((feature, i) => ({ feature, value: values[i] }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return { base, contributions, logit: contributions.reduce((sum, { value }) => sum + value, base) };
}
