import { InvalidField } from '@adlift/wire';

/** Candidates that one call explains at most. */
export const MAX_EXPLAINED = 100;

/** The candidates to explain, all `n` when none is named. Throws InvalidField for one that is none or comes twice. */
export function checkIndices(index: readonly number[], n: number): readonly number[] {
  const wanted = index.length > 0 ? index : Array.from({ length: n }, (_, i) => i);
  if (wanted.length > MAX_EXPLAINED) {
    throw new InvalidField('index', `at most ${MAX_EXPLAINED} candidates are explained at once, not ${wanted.length}`);
  }
  const seen = new Set<number>();
  wanted.forEach((candidate, at) => {
    if (candidate >= n) throw new InvalidField(`index[${at}]`, `there is no candidate ${candidate} of ${n}`);
    if (seen.has(candidate)) throw new InvalidField(`index[${at}]`, `candidate ${candidate} is named twice`);
    seen.add(candidate);
  });
  return wanted;
}
