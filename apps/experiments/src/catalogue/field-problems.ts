import { DomainError } from '@adlift/problem';
import { InvalidField } from '@adlift/wire';

/** A list this long helps to mend a file; a longer one only fills the answer. */
const MAX_LISTED = 100;

/** One wrong field of a body, by its path. */
export interface FieldProblem {
  readonly field: string;
  readonly detail: string;
}

/** Collects what is wrong with a body, so that a caller can mend everything at once. */
export class FieldProblems {
  private readonly listed: FieldProblem[] = [];
  private count = 0;

  add(field: string, detail: string): void {
    this.count++;
    if (this.listed.length < MAX_LISTED) this.listed.push({ field, detail });
  }

  /** Runs a check that throws InvalidField, and collects what it says. */
  collect(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof InvalidField)) throw error;
      this.add(error.field, error.problem);
    }
  }

  /** Throws `invalid_argument` naming the first problem, with the first 100 in `errors` and their number. */
  throwIfAny(): void {
    const [first] = this.listed;
    if (first === undefined) return;
    const others = this.count === 1 ? '' : ` (and ${this.count - 1} more)`;
    throw new DomainError('invalid_argument', `${first.field}: ${first.detail}${others}`, first.field, undefined, {
      errors: this.listed,
      errorCount: this.count,
    });
  }
}
