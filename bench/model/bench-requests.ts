import { encodeColumns } from '@adlift/client';
import { MessageBuffer, proto } from '@adlift/wire';
import { variantColumns } from './bench-bundle';

const { PredictRequest } = proto.v1;
/** Bodies that requests alternate between. */
export const VARIANTS = 256;
const UNITS = 20_000;

/**
 * Encoded PredictRequests of `n` candidates, each with an id and a unit of its own: what a busy ad server sends,
 * without the cost of making it inside the measurement. 26 raw_i32 and 13 raw_f32 columns, bids, the first token.
 */
export class BenchRequests {
  private readonly bodies: readonly Uint8Array[];
  private readonly tail = new MessageBuffer(256);
  private made = 0;

  constructor(
    n: number,
    private readonly prefix: string,
  ) {
    this.bodies = Array.from({ length: VARIANTS }, (_, v) =>
      PredictRequest.encode({
        n,
        adId: Array.from({ length: n }, (_, i) => `ad-${(v * 7919 + i * 104729) % 100_003}`),
        campaignId: ['campaign-1'],
        bidMicros: Array.from({ length: n }, (_, i) => 100_000 + ((v * 31 + i * 17) % 400) * 1000),
        currency: 'EUR',
        placement: 'bench',
        routing: { country: 'DE' },
        columns: encodeColumns(variantColumns(n, v)),
        wantTokens: { top: 1 },
      }).finish(),
    );
  }

  /** request_id of the request made last. */
  get lastId(): string {
    return `${this.prefix}-${this.made - 1}`;
  }

  /** Which of the {@link VARIANTS} bodies the request made last has. */
  get lastVariant(): number {
    return (this.made - 1) % VARIANTS;
  }

  /** The next request, in two parts that follow each other: copying 9 kB for every call would make garbage by the megabyte. */
  next(): readonly [Uint8Array, Uint8Array] {
    const i = this.made++;
    const { tail } = this;
    tail.reset();
    tail.text(1, `${this.prefix}-${i}`);
    tail.text(2, `unit-${(i * 7919) % UNITS}`);
    // Protobuf fields may come in any order.
    return [this.bodies[i % VARIANTS] ?? Buffer.alloc(0), Buffer.from(tail.view())];
  }
}
