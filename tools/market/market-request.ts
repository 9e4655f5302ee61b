import type { Columns } from '@adlift/wire';
import { CANDIDATES } from './market-size';
import { requestColumns } from './row-columns';
import type { Traffic } from './traffic';
import { unitId } from './units';
import type { World } from './world';

/** One ad request as an ad server would send it, with the time at which its impression happens. */
export interface MarketRequest {
  /** Place in the run, from 0. */
  readonly index: number;
  readonly requestId: string;
  readonly unitId: string;
  readonly device: string;
  /** The site. */
  readonly placement: string;
  /** Candidates as indexes into `world.ads`, in the order in which they are sent; distinct. */
  readonly ads: readonly number[];
  readonly adIds: readonly string[];
  readonly campaignIds: readonly string[];
  /** Bids per click, integer micros. */
  readonly bidMicros: Float64Array;
  /** Context features have length 1, features of ads one entry per candidate. */
  readonly columns: Columns;
  /** Milliseconds from the start of the run. */
  readonly impressionOffsetMs: number;
}

/** The request at `index` of the run. */
export function requestAt(world: World, traffic: Traffic, index: number): MarketRequest {
  const ads = Array.from(traffic.candidates.subarray(index * CANDIDATES, (index + 1) * CANDIDATES));
  const offered = ads.map((ad) => world.ads[ad]);
  return {
    index,
    requestId: `r-${traffic.runSeed}-${String(index).padStart(7, '0')}`,
    unitId: unitId(traffic.unit[index]),
    device: world.names.devices[traffic.units.device[traffic.unit[index]]],
    placement: world.names.sites[traffic.site[index]],
    ads,
    adIds: offered.map((ad) => ad.id),
    campaignIds: offered.map((ad) => ad.campaignId),
    bidMicros: Float64Array.from(offered, (ad) => ad.bidMicros),
    columns: requestColumns(world, traffic, index),
    impressionOffsetMs: traffic.impressionOffsetMs[index],
  };
}
