import type { EvaluatedVariant } from '@adlift/assignment';
import type { Json } from '@adlift/wire';

/** An experiment's flag as the flag service has it now. */
export interface ExperimentFlag {
  readonly experiment: string;
  /** The flag, its parents and the holdout's flag: everything an evaluation depends on. */
  readonly definition: Json;
  /** Payloads by variant name. */
  readonly payloads: ReadonlyMap<string, string>;
  readonly unit: UnitKind;
}

/** What an experiment randomises: users, their sessions, or requests one by one. */
export type UnitKind = 'user' | 'session' | 'request';

/** The flag service, read from memory. */
export abstract class FlagSource {
  /** Switched-on experiment flags, sorted by name; the same array until something changes. */
  abstract flags(): readonly ExperimentFlag[];
  /** Calls `listener` after every change of the flags. */
  abstract onChange(listener: () => void): void;
  /** Evaluates one flag for one unit, which must not be empty. */
  abstract evaluate(experiment: string, unitId: string, routing: Readonly<Record<string, string>>): EvaluatedVariant;
  /** Whether the unit, which must not be empty, is kept out of all experiments. */
  abstract heldOut(unitId: string): boolean;
  /** Share of all units that are held out, 0 to 1. */
  abstract heldOutShare(): number;
  /** Whether the flags ever came from the service or its backup, and when they last did (Unix ms). */
  abstract state(): { synchronized: boolean; refreshedAt: number | undefined; lastError: string | undefined };
}
