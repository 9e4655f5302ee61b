import { sigmoid } from '@adlift/training';
import { ageEffect, depthEffect } from './effects';
import { ADS } from './market-size';
import { exponential, normal, uniform } from './random';
import { Stream } from './stream';
import type { Traffic } from './traffic';
import { NO_CITY } from './units';
import type { UncalibratedWorld, World } from './world';

const CONVERSION_LOGIT = -2.2;

/** Click logit of a request's context: every effect that is the same for all of its ads, without the intercept. */
export function contextLogit(world: UncalibratedWorld, traffic: Traffic, request: number): number {
  const { click } = world;
  const { units } = traffic;
  const unit = traffic.unit[request];
  const city = units.city[unit];
  return (
    click.segment[units.segment[unit]] +
    click.site[traffic.site[request]] +
    click.device[units.device[unit]] +
    (city === NO_CITY ? 0 : click.city[city]) +
    click.hour[traffic.hour[request]] +
    ageEffect(units.age[unit]) +
    depthEffect(traffic.depth[request])
  );
}

/** What the ad adds to the context logit: its own effect and its interactions with segment and site. */
export function adLogit(world: UncalibratedWorld, { units, unit, site }: Traffic, request: number, ad: number): number {
  const { click } = world;
  return (
    click.ad[ad] + click.segmentAd[units.segment[unit[request]] * ADS + ad] + click.siteAd[site[request] * ADS + ad]
  );
}

/** True probability that the ad (its index in `world.ads`) is clicked when it is shown at this request. */
export function clickProbability(world: World, traffic: Traffic, request: number, ad: number): number {
  return sigmoid(world.intercept + contextLogit(world, traffic, request) + adLogit(world, traffic, request, ad));
}

/** True probability that a click on the ad is followed by a conversion. */
export function conversionProbability(world: World, { units, unit }: Traffic, request: number, ad: number): number {
  const { campaign, segment } = world.conversion;
  return sigmoid(CONVERSION_LOGIT + campaign[world.ads[ad].campaign] + segment[units.segment[unit[request]]]);
}

/** Whether the ad is clicked if shown: a hash of (run seed, request, ad) against the true probability. */
export function isClicked(world: World, traffic: Traffic, request: number, ad: number): boolean {
  return uniform(traffic.runSeed, Stream.click, request, ad) < clickProbability(world, traffic, request, ad);
}

/** Whether a click on the ad is followed by a conversion, by a hash as for clicks. */
export function isConverted(world: World, traffic: Traffic, request: number, ad: number): boolean {
  return uniform(traffic.runSeed, Stream.conversion, request, ad) < conversionProbability(world, traffic, request, ad);
}

/** What the conversion is worth to the advertiser, integer micros above 0. */
export function conversionValueMicros(world: World, { runSeed }: Traffic, request: number, ad: number): number {
  const factor = Math.exp(0.3 * normal(runSeed, Stream.conversionValue, request, ad));
  return Math.max(1, Math.round(world.conversion.valueMicros[world.ads[ad].campaign] * factor));
}

/** Milliseconds from impression to click, 1,000 to 61,000. */
export function clickDelayMs({ runSeed }: Traffic, request: number): number {
  return 1000 + Math.floor(Math.min(60_000, 7000 * exponential(runSeed, Stream.clickDelay, request)));
}

/** Milliseconds from click to conversion, one minute to two hours. */
export function conversionDelayMs({ runSeed }: Traffic, request: number): number {
  return Math.floor(Math.min(7_200_000, 60_000 + 1_200_000 * exponential(runSeed, Stream.conversionDelay, request)));
}
