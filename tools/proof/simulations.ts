import { budgetSplit } from './budget-split/budget-split';
import { coverage } from './coverage';
import { covariates } from './covariates';
import { demo } from './demo-proof';
import { errorRates } from './error-rates';
import { sampleRatio } from './sample-ratio';
import type { Simulation } from './simulation';

/** Every proof by its name, in the order of the report. */
export const SIMULATIONS = {
  'error-rates': errorRates,
  coverage,
  covariates,
  'sample-ratio': sampleRatio,
  'budget-split': budgetSplit,
  demo,
} as const satisfies Record<string, Simulation>;

export type SimulationName = keyof typeof SIMULATIONS;

export const SIMULATION_NAMES = Object.keys(SIMULATIONS) as SimulationName[];
