import type { UnleashStrategy } from './unleash-flag';

/** By it predictors tell flags of experiments from others. */
export type FlagType = 'experiment' | 'operational';

/** A flag without which, on and with one of these variants, the child is off. */
export interface FlagParent {
  readonly feature: string;
  readonly enabled: true;
  readonly variants: readonly string[];
}

/** What Unleash shall say of one flag: the whole of it, so that the newest plan replaces those before. */
export interface FlagPlan {
  readonly state: 'on' | 'off' | 'archived';
  /** By default `experiment`. */
  readonly type?: FlagType;
  /** Without one the flag depends on nothing. */
  readonly parent?: FlagParent;
  readonly strategy: UnleashStrategy;
}
