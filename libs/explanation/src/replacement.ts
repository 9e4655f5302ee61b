import type { Encoder } from '@adlift/features';
import type { Columns } from '@adlift/wire';
import { EncodedRows, type RowTarget } from './encoded-rows';
import { explained, type Explained } from './explained';
import { type InputGroup, inputGroups } from './input-group';

/** A model gave no finite score for a row that an explanation cannot do without; `candidate` is none for the baseline. */
export class ScoreNotFiniteError extends Error {
  override readonly name = 'ScoreNotFiniteError';

  constructor(readonly candidate: number | undefined) {
    super(`no finite score for ${candidate === undefined ? 'the baseline row' : `candidate ${candidate}`}`);
  }
}

/** A candidate with the places of those groups that are not at their baseline, and its first row in the plan. */
interface Replaced {
  readonly candidate: number;
  readonly changed: readonly number[];
  readonly firstRow: number;
}

/**
 * Explains any model by replacement: from a baseline row, one feature after another takes the candidate's value, once
 * in the schema's order and once in the reverse; a feature's contribution is the mean of the two steps of the logit.
 * The steps of each order telescope, so base and contributions add up to the candidate's logit whatever the model. For
 * a model without interactions of three or more features both steps together are the Shapley value (Shapley 1953).
 *
 * The plan has 1 row for the baseline and, for a candidate with k changed features, 2k - 1 more.
 */
export class Replacement {
  /** Rows to be scored. */
  readonly rows: number;
  private readonly groups: readonly InputGroup[];
  private readonly given: EncodedRows;
  private readonly baseline: EncodedRows;
  private readonly replaced: readonly Replaced[];
  private readonly ownerOf: Uint16Array;

  /** `columns` hold `n` candidates, `candidates` says which of them to explain; `baseline` holds broadcast columns. */
  constructor(encoder: Encoder, columns: Columns, n: number, candidates: readonly number[], baseline: Columns) {
    this.groups = inputGroups(encoder);
    this.given = new EncodedRows(encoder, columns, n);
    this.baseline = new EncodedRows(encoder, baseline, 1);
    let rows = 1;
    this.replaced = candidates.map((candidate) => {
      const changed = this.groups.flatMap((group, g) =>
        this.given.equal(group, candidate, this.baseline, 0) ? [] : [g],
      );
      const firstRow = rows;
      rows += Math.max(0, 2 * changed.length - 1);
      return { candidate, changed, firstRow };
    });
    this.rows = rows;
    this.ownerOf = new Uint16Array(rows);
    this.replaced.forEach(({ firstRow }, i) => this.ownerOf.fill(i, firstRow));
  }

  /** Writes row `row` of the plan into row `at` of a model's inputs. */
  write(row: number, target: RowTarget, at: number): void {
    for (const group of this.groups) this.baseline.copy(group, 0, target, at);
    if (row === 0) return;
    const { candidate, changed, firstRow } = this.replaced[this.ownerOf[row]];
    const k = changed.length;
    // First the k leading parts, the last of them all of it, then the k - 1 trailing parts.
    const step = row - firstRow;
    const part = step < k ? changed.slice(0, step + 1) : changed.slice(2 * k - 1 - step);
    for (const g of part) this.given.copy(this.groups[g], candidate, target, at);
  }

  /**
   * The explanations, by the logits of the plan's rows. A row between baseline and candidate without a finite logit
   * counts as no step; throws ScoreNotFiniteError where one of the two ends has none.
   */
  explain(logits: Float64Array): Explained[] {
    const base = logits[0];
    if (!Number.isFinite(base)) throw new ScoreNotFiniteError(undefined);
    const names = this.groups.map(({ name }) => name);
    return this.replaced.map(({ candidate, changed, firstRow }) => {
      const values = new Float64Array(names.length);
      const k = changed.length;
      if (k === 0) return explained(base, names, values);
      const end = logits[firstRow + k - 1];
      if (!Number.isFinite(end)) throw new ScoreNotFiniteError(candidate);
      let [forward, backward] = [base, base];
      for (let i = 0; i < k; i++) {
        const after = finiteOr(logits[firstRow + i], forward);
        values[changed[i]] += (after - forward) / 2;
        forward = after;
        const added = k - 1 - i;
        const before = finiteOr(added === 0 ? end : logits[firstRow + k + i], backward);
        values[changed[added]] += (before - backward) / 2;
        backward = before;
      }
      return explained(base, names, values);
    });
  }
}

function finiteOr(value: number, other: number): number {
  return Number.isFinite(value) ? value : other;
}
