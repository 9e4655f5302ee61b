import type { DecodedHeaders } from './decoded-headers';
import { HeaderCache } from './header-cache';

const headers = (path: string): DecodedHeaders => ({ path }) as unknown as DecodedHeaders;

describe('HeaderCache', () => {
  it('gives the headers of a block that has come twice, and of no other', () => {
    const cache = new HeaderCache();
    const block = Buffer.from('0123456789');
    cache.put(block, headers('a'));
    expect(cache.get(block)).toBeUndefined();
    cache.put(block, headers('a'));
    expect(cache.get(Buffer.from(block))).toEqual(headers('a'));
    expect(cache.get(Buffer.from('0123456780'))).toBeUndefined();
    cache.clear();
    expect(cache.get(block)).toBeUndefined();
  });

  it('knows two blocks that differ in one byte, wherever that is, also when they come in turns', () => {
    let known = 0;
    let pairs = 0;
    for (let length = 8; length < 24; length++) {
      for (let at = 0; at < length; at++) {
        const cache = new HeaderCache();
        const blocks = [0, 1].map((bit) => {
          const block = Buffer.alloc(length, 0x41);
          block[at] ^= bit;
          return block;
        });
        for (let round = 0; round < 3; round++) blocks.forEach((block, i) => cache.put(block, headers(`${i}`)));
        pairs++;
        if (blocks.every((block) => cache.get(block) !== undefined)) known++;
      }
    }
    // Two hashes in 128 places share one now and then.
    expect(known / pairs).toBeGreaterThan(0.95);
  });
});
