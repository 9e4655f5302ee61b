import type { ProofRow } from './proof-row';

/** A proof by repetition: one outcome for each seed, and what all outcomes together must show. */
export interface Simulation<Context = unknown, Outcome = unknown> {
  /** One line for the command's help. */
  readonly about: string;
  /** Runs that the bounds are stated for. */
  readonly runs: number;
  /** Made once, before the threads start; must be data that can be sent to a thread. */
  makeContext(): Context;
  /** Prepares a thread; the returned function depends on nothing but its seed and the context. */
  prepare(context: Context): (seed: number) => Outcome;
  judge(outcomes: readonly Outcome[]): ProofRow[];
}

/** Keeps the outcome's type inside the simulation: threads and judges only pass it on. */
export function simulation<Context, Outcome>(definition: Simulation<Context, Outcome>): Simulation {
  return definition;
}
