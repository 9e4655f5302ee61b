import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { packRecords } from '@adlift/spool';
import { eventOf, exposureOf, fact } from '../../../../test/integration/ledger/ledger-facts';
import { encodeEvent } from '../record/event-record';
import { encodeExposure } from '../record/exposure-row';
import { encodeRejection } from '../record/rejection';
import { arrivedMsOf, lettersOf, recordsIn } from './record-message';
import { shardOf } from './shard-of';

const SHARDS = 4;
const facts = Array.from({ length: 400 }, (_, i) => fact(i));
const clicks = facts.map((one) => encodeEvent(eventOf(one, 'click')));

describe('the shard of a record', () => {
  it('is that of its unit, whatever it tells of it', () => {
    for (const one of facts) {
      const shards = [
        shardOf('event', encodeEvent(eventOf(one, 'click')), SHARDS),
        shardOf('event', encodeEvent(eventOf(one, 'conversion')), SHARDS),
        shardOf('exposure', encodeExposure(exposureOf(one)), SHARDS),
      ];
      expect(new Set(shards).size).toBe(1);
    }
  });

  it('spreads units over all shards', () => {
    const units = Array.from({ length: 4000 }, (_, i) => encodeExposure(exposureOf(fact(i, `unit-${i}`))));
    const counts = new Array<number>(SHARDS).fill(0);
    for (const unit of units) counts[shardOf('exposure', unit, SHARDS)]++;
    expect(Math.min(...counts)).toBeGreaterThan(900);
  });
});

describe('the messages of a batch', () => {
  it('hold every record once, in the queue of its shard, in the order of arrival', () => {
    const letters = lettersOf('event', clicks, 1234, SHARDS);
    const read = letters.flatMap(({ queue, content }) =>
      recordsIn('event', content).map((record) => ({ queue, record: Buffer.from(record) })),
    );
    for (let shard = 0; shard < SHARDS; shard++) {
      const expected = clicks.filter((record) => shardOf('event', record, SHARDS) === shard);
      const found = read.filter(({ queue }) => queue === `adlift.event.${shard}`).map(({ record }) => record);
      expect(found).toEqual(expected);
    }
    expect(arrivedMsOf(letters[0].options.headers as Record<string, unknown>)).toBe(1234);
  });

  it('are of a size that queues like, unless one record is larger', () => {
    const large = Array.from({ length: 9 }, (_, i) => encodeRejection(rejectionOf('x'.repeat(60_000 + i))));
    const huge = encodeRejection(rejectionOf('y'.repeat(900_000)));
    const letters = lettersOf('rejection', [...large, huge, ...large], 0, 1);
    const sizes = letters.map(({ content }) => zstdDecompressSync(content).byteLength);
    expect(sizes.filter((bytes) => bytes > 300 << 10)).toHaveLength(1);
    expect(letters.flatMap(({ content }) => recordsIn('rejection', content))).toHaveLength(19);
  });
});

describe('a message', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['bytes of something else', Buffer.from('{"kind":"click"}')],
    ['far more than it seems', zstdCompressSync(Buffer.alloc(64 << 20))],
    ['a record of a later format', zstdCompressSync(packRecords([Uint8Array.of(9, 9, 9)]))],
    ['a kind of event of a later version', zstdCompressSync(packRecords([ofKind(9)]))],
    ['a record that ends too soon', zstdCompressSync(packRecords([clicks[0].subarray(0, 60)]))],
  ])('of %s cannot be read', (_, content) => {
    expect(() => recordsIn('event', content)).toThrow();
  });
});

function ofKind(kind: number): Uint8Array {
  const record = Uint8Array.from(clicks[0]);
  record[1] = kind;
  return record;
}

function rejectionOf(reason: string): Parameters<typeof encodeRejection>[0] {
  const nothing = { predictionId: null, index: null, detail: {}, report: null };
  return { status: 'rejected', reason, kind: 'click', receivedMs: 0, ...nothing };
}
