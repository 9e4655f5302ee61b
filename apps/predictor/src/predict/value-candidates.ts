import type { BidType } from '@adlift/wire';
import { answerMemory } from '../serving/answer-memory';

/**
 * Expected revenue of each candidate per thousand impressions, in micros: CPC 1000 bid pCTR, CPA 1000 bid pCTR pCVR,
 * CPM the bid. Without bids the candidates are worth their click probability, which ranks them all the same.
 */
export function expectedValue(
  n: number,
  bidType: BidType,
  bidMicros: Float64Array,
  pctr: Float32Array,
  pcvr: Float32Array,
): { ecpmMicros: Float64Array; worth: Float64Array } {
  const ecpmMicros = answerMemory.float64(n);
  const broadcast = bidMicros.length === 1;
  for (let i = 0; i < n; i++) {
    const bid = bidMicros[broadcast ? 0 : i] ?? 0;
    const click = pctr[i] ?? 0;
    switch (bidType) {
      case 'CPC':
        ecpmMicros[i] = 1000 * bid * click;
        break;
      case 'CPA':
        ecpmMicros[i] = 1000 * bid * click * (pcvr[i] ?? 0);
        break;
      case 'CPM':
        ecpmMicros[i] = bid;
        break;
    }
  }
  return { ecpmMicros, worth: bidMicros.length === 0 ? Float64Array.from(pctr) : ecpmMicros };
}
