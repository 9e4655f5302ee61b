/** What happened to one ad of a campaign at a placement. */
export interface AdCounts {
  readonly placement: string;
  readonly campaignId: string;
  readonly adId: string;
  readonly impressions: number;
  readonly clicks: number;
  readonly conversions: number;
}

/** How much a parent's rate weighs: as many impressions (of clicks) or clicks (of conversions) of its own. */
const CLICK_WEIGHT = 200;
const CONVERSION_WEIGHT = 20;

interface Sums {
  impressions: number;
  clicks: number;
  conversions: number;
}

export type RateKind = 'ctr' | 'cvr';

/** Sums of a part and of the parts in it, by their names. */
class Part {
  readonly sums: Sums = { impressions: 0, clicks: 0, conversions: 0 };
  readonly parts = new Map<string, Part>();

  add({ impressions, clicks, conversions }: Sums): void {
    this.sums.impressions += impressions;
    this.sums.clicks += clicks;
    this.sums.conversions += conversions;
  }

  within(name: string): Part {
    const known = this.parts.get(name);
    if (known !== undefined) return known;
    const fresh = new Part();
    this.parts.set(name, fresh);
    return fresh;
  }
}

/**
 * Click rates per impression and conversion rates per click, each drawn to that of its parent:
 * (events + k parent) / (trials + k), ad within campaign within placement within everything.
 */
export class SmoothedRates {
  /** Ads with a rate of their own. */
  readonly size: number;
  private readonly everything = new Part();

  constructor(counts: readonly AdCounts[]) {
    for (const one of counts) {
      const placement = this.everything.within(one.placement);
      const campaign = placement.within(one.campaignId);
      for (const part of [this.everything, placement, campaign, campaign.within(one.adId)]) part.add(one);
    }
    this.size = counts.length;
  }

  /**
   * Writes the rates of ads at a placement, in (0, 1) when `base` is: what is known of its parents where an ad is new
   * itself. `campaignIds` has an entry per ad, or one for all, or none.
   */
  fill(
    kind: RateKind,
    at: { readonly placement: string; readonly campaignIds: readonly string[]; readonly adIds: readonly string[] },
    base: number,
    rates: Float32Array,
  ): void {
    const { campaignIds, adIds } = at;
    const placement = this.everything.parts.get(at.placement);
    const placementRate = smoothed(kind, placement, smoothed(kind, this.everything, base));
    let campaignId: string | undefined;
    let campaign: Part | undefined;
    let campaignRate = placementRate;
    for (let i = 0; i < rates.length; i++) {
      const id = campaignIds[campaignIds.length === 1 ? 0 : i] ?? '';
      if (id !== campaignId) {
        campaignId = id;
        campaign = placement?.parts.get(id);
        campaignRate = smoothed(kind, campaign, placementRate);
      }
      rates[i] = smoothed(kind, campaign?.parts.get(adIds[i] ?? ''), campaignRate);
    }
  }
}

function smoothed(kind: RateKind, part: Part | undefined, parent: number): number {
  if (part === undefined) return parent;
  const { impressions, clicks, conversions } = part.sums;
  // Clicks may be reported without their impressions, and conversions without their clicks.
  return kind === 'ctr'
    ? (clicks + CLICK_WEIGHT * parent) / (Math.max(impressions, clicks) + CLICK_WEIGHT)
    : (conversions + CONVERSION_WEIGHT * parent) / (Math.max(clicks, conversions) + CONVERSION_WEIGHT);
}
