import { clickScores } from './click-scores';
import { CANDIDATES } from './market-size';
import type { RankedModel } from './ranked-model';
import type { Traffic } from './traffic';
import type { World } from './world';

/**
 * Ranks every request as the predictor does: eCPM = 1000 * bid * pCTR, highest first, ties by ad id. Returns the ad
 * that comes first at each request, as an index into `world.ads`.
 */
export function firstRanked(world: World, traffic: Traffic, model: RankedModel): Uint8Array {
  const scores = clickScores(world, traffic, model);
  const first = new Uint8Array(traffic.n);
  for (let request = 0; request < traffic.n; request++) {
    const winner = new BestOffer(world);
    for (let i = request * CANDIDATES, end = i + CANDIDATES; i < end; i++)
      winner.offer(traffic.candidates[i], scores[i]);
    first[request] = winner.ad;
  }
  return first;
}

/** Keeps the ad with the highest eCPM of those offered, the smaller ad id on a tie. */
export class BestOffer {
  /** -1 before any offer. */
  ad = -1;
  private ecpm = -Infinity;

  constructor(private readonly world: World) {}

  offer(ad: number, pctr: number): void {
    const { ads } = this.world;
    const ecpm = 1000 * ads[ad].bidMicros * pctr;
    if (ecpm > this.ecpm || (ecpm === this.ecpm && ads[ad].id < ads[this.ad].id)) {
      this.ad = ad;
      this.ecpm = ecpm;
    }
  }
}
