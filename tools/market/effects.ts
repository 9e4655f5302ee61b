import { ADS, CAMPAIGNS, CATEGORIES, CITIES, DEVICES, FIRST_HOUR, OPEN_HOURS, SEGMENTS, SITES } from './market-size';
import { normal, standardised } from './random';
import { Stream } from './stream';

const SEGMENT_AD_SPREAD = 0.7;
const TASTES = 6;
const SITE_AD_SPREAD = 0.28;

/** Additive effects on the logit of a click, by index; interactions are row-major [segment or site, ad]. */
export interface ClickEffects {
  readonly segment: Float64Array;
  readonly site: Float64Array;
  readonly device: Float64Array;
  readonly city: Float64Array;
  /** By hour of the day. */
  readonly hour: Float64Array;
  /** Own effect of the ad with those of its campaign and its category. */
  readonly ad: Float64Array;
  readonly segmentAd: Float64Array;
  readonly siteAd: Float64Array;
}

/** Additive effects on the logit of a conversion after a click. */
export interface ConversionEffects {
  readonly campaign: Float64Array;
  readonly segment: Float64Array;
  /** Mean value of a conversion, micros. */
  readonly valueMicros: Float64Array;
}

/** Draws the click effects of the market `seed`; `campaignOf` and `categoryOf` are by ad. */
export function drawClickEffects(seed: number, campaignOf: Uint8Array, categoryOf: Uint8Array): ClickEffects {
  const campaign = spread(seed, Stream.campaignEffect, CAMPAIGNS, 0.15);
  const category = spread(seed, Stream.categoryEffect, CATEGORIES, 0.12);
  const own = spread(seed, Stream.adEffect, ADS, 0.2);
  return {
    segment: spread(seed, Stream.segmentEffect, SEGMENTS, 0.2),
    site: spread(seed, Stream.siteEffect, SITES, 0.25),
    device: spread(seed, Stream.deviceEffect, DEVICES, 0.15),
    city: spread(seed, Stream.cityEffect, CITIES, 0.15),
    hour: Float64Array.from({ length: FIRST_HOUR + OPEN_HOURS }, (_, hour) => 0.12 * Math.sin((hour * Math.PI) / 6)),
    ad: own.map((effect, ad) => effect + campaign[campaignOf[ad]] + category[categoryOf[ad]]),
    segmentAd: drawAffinities(seed),
    siteAd: spread(seed, Stream.siteAdEffect, SITES * ADS, SITE_AD_SPREAD),
  };
}

/** Draws the conversion effects of the market `seed`. */
export function drawConversionEffects(seed: number): ConversionEffects {
  return {
    campaign: spread(seed, Stream.campaignConversion, CAMPAIGNS, 0.4),
    segment: spread(seed, Stream.segmentConversion, SEGMENTS, 0.3),
    valueMicros: spread(seed, Stream.campaignValue, CAMPAIGNS, 0.5).map((x) => Math.round(20e6 * Math.exp(x))),
  };
}

/** Effect of a visitor's age in years on the click logit; NaN is an age that is not known. */
export function ageEffect(age: number): number {
  return Number.isNaN(age) ? -0.1 : 0.01 * (age - 40);
}

/** Effect of the number of pages seen before on the click logit. */
export function depthEffect(depth: number): number {
  return -0.12 * Math.log1p(depth);
}

/**
 * Interaction of segments and ads: tastes that segments have times appeals that ads make to them. Over the segments
 * every ad's interactions add up to 0, so they are no part of its main effect.
 */
function drawAffinities(seed: number): Float64Array {
  const affinities = new Float64Array(SEGMENTS * ADS);
  for (let taste = 0; taste < TASTES; taste++) {
    const segments = standardised(seed, Stream.segmentTaste, SEGMENTS, taste);
    const ads = standardised(seed, Stream.adAppeal, ADS, taste);
    for (let i = 0; i < affinities.length; i++) {
      affinities[i] += (SEGMENT_AD_SPREAD / Math.sqrt(TASTES)) * segments[Math.floor(i / ADS)] * ads[i % ADS];
    }
  }
  return affinities;
}

function spread(seed: number, stream: number, count: number, deviation: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => deviation * normal(seed, stream, i));
}
