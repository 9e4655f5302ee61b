import { encodeColumns, type PredictCall } from '@adlift/client';
import type { Column } from '@adlift/wire';

let made = 0;

/** A well-formed Predict call for the fixture's model: three candidates, bids, no unit. */
export function predictCall(changes: PredictCall = {}): PredictCall {
  const n = 3;
  return {
    requestId: `request-${process.pid}-${made++}`,
    n,
    adId: ['ad-1', 'ad-2', 'ad-3'],
    campaignId: ['campaign-1'],
    columns: encodeColumns(
      new Map<string, Column>([
        ['ad', { kind: 'i32', values: Int32Array.of(1, 2, 3) }],
        ['site', { kind: 'dict', dict: ['news'], idx: Uint32Array.of(0) }],
        ['price', { kind: 'f32', values: Float32Array.of(1, 2.5, 4) }],
      ]),
    ),
    bidMicros: [400_000, 500_000, 600_000],
    currency: 'EUR',
    wantTokens: { all: true },
    ...changes,
  };
}
