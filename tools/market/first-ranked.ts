import { compileEncoder } from '@adlift/features';
import { predictRow, servedLogit, sigmoid, weightsFromJson } from '@adlift/training';
import { CANDIDATES } from './market-size';
import type { RankedModel } from './ranked-model';
import { requestColumns } from './row-columns';
import type { Traffic } from './traffic';
import type { World } from './world';

/**
 * Ranks every request as the predictor does, from the weight file alone: eCPM = 1000 * bid * pCTR, highest first, ties
 * by ad id. Returns the ad that comes first at each request, as an index into `world.ads`.
 */
export function firstRanked(world: World, traffic: Traffic, model: RankedModel): Uint8Array {
  const encoder = compileEncoder(model.schema);
  const weights = weightsFromJson(model.weightFile);
  const { idCount, numericCount } = encoder;
  const ids = new Int32Array(CANDIDATES * idCount);
  const numeric = new Float32Array(CANDIDATES * numericCount);
  const rowFlags = new Uint8Array(CANDIDATES);
  const idRows = rowsOf(ids, idCount);
  const numericRows = rowsOf(numeric, numericCount);
  const first = new Uint8Array(traffic.n);
  for (let request = 0; request < traffic.n; request++) {
    encoder.encode(requestColumns(world, traffic, request), CANDIDATES, ids, numeric, rowFlags);
    const winner = new BestOffer(world);
    for (let c = 0; c < CANDIDATES; c++) {
      const logit = servedLogit(predictRow(weights, idRows[c], numericRows[c]), model.calibration, 1);
      winner.offer(traffic.candidates[request * CANDIDATES + c], sigmoid(logit));
    }
    first[request] = winner.ad;
  }
  return first;
}

/** Keeps the ad with the highest eCPM of those offered, the smaller ad id on a tie. */
export class BestOffer {
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

function rowsOf<T extends Int32Array | Float32Array>(matrix: T, width: number): T[] {
  return Array.from({ length: CANDIDATES }, (_, row) => matrix.subarray(row * width, (row + 1) * width) as T);
}
