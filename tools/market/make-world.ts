import { drawClickEffects, drawConversionEffects } from './effects';
import { calibrateIntercept } from './intercept';
import { ADS, CAMPAIGNS, CATEGORIES, CITIES, DEVICES, SEGMENTS, SITES } from './market-size';
import { hash, standardised, uniform } from './random';
import { Stream } from './stream';
import type { UncalibratedWorld, World } from './world';

const BID_SPREAD = 0.4;

/**
 * Makes the market of an integer seed: same seed, same market. The intercept is set so that about 6 % of impressions
 * are clicked when ads are ranked by bid and main effects alone.
 */
export function makeWorld(seed: number): World {
  const logBids = standardised(seed, Stream.campaignBid, CAMPAIGNS);
  const campaigns = Array.from({ length: CAMPAIGNS }, (_, campaign) => ({
    id: `campaign-${padded(campaign, 2)}`,
    bidMicros: Math.round(1e6 * Math.exp(BID_SPREAD * logBids[campaign])),
    budgetMicros: Math.round(1e12 * (1 + uniform(seed, Stream.campaignBudget, campaign))),
  }));
  const campaignOf = Uint8Array.from({ length: ADS }, (_, ad) => ad % CAMPAIGNS);
  const categoryOf = campaignOf.map((campaign) => hash(seed, Stream.campaignCategory, campaign) % CATEGORIES);
  const world: UncalibratedWorld = {
    seed,
    names: {
      segments: names('segment', SEGMENTS, 2),
      sites: names('site', SITES, 2),
      devices: names('device', DEVICES, 1),
      cities: names('city', CITIES, 4),
    },
    campaigns,
    ads: Array.from({ length: ADS }, (_, ad) => ({
      id: `ad-${padded(ad, 3)}`,
      campaign: campaignOf[ad],
      campaignId: campaigns[campaignOf[ad]].id,
      category: `category-${padded(categoryOf[ad], 2)}`,
      bidMicros: campaigns[campaignOf[ad]].bidMicros,
    })),
    click: drawClickEffects(seed, campaignOf, categoryOf),
    conversion: drawConversionEffects(seed),
  };
  return { ...world, intercept: calibrateIntercept(world) };
}

function names(kind: string, count: number, digits: number): string[] {
  return Array.from({ length: count }, (_, i) => `${kind}-${padded(i, digits)}`);
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
