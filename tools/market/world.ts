import type { ClickEffects, ConversionEffects } from './effects';

/** A campaign pays its bid for each click on one of its ads. */
export interface Campaign {
  readonly id: string;
  /** Bid per click, integer micros. */
  readonly bidMicros: number;
  /** Integer micros; larger than what the campaign can spend in one run, so it never binds. */
  readonly budgetMicros: number;
}

export interface Ad {
  readonly id: string;
  readonly campaign: number;
  readonly campaignId: string;
  readonly category: string;
  readonly bidMicros: number;
}

/** Names of the values that features take, by index. */
export interface Vocabularies {
  readonly segments: readonly string[];
  readonly sites: readonly string[];
  readonly devices: readonly string[];
  readonly cities: readonly string[];
}

/** A market and its truth: what is for sale, and what makes visitors click and convert. */
export interface World {
  readonly seed: number;
  readonly names: Vocabularies;
  readonly campaigns: readonly Campaign[];
  readonly ads: readonly Ad[];
  /** Click logit when every effect is 0. */
  readonly intercept: number;
  readonly click: ClickEffects;
  readonly conversion: ConversionEffects;
}

/** A world without its intercept. */
export type UncalibratedWorld = Omit<World, 'intercept'>;
