import { Worker } from 'node:worker_threads';
import { threadEntry } from '@adlift/threads';
import { textHash } from './text-hash';
import { TransientMap } from './transient-map';

describe('TransientMap', () => {
  it.each([
    ['spread hashes', (key: string) => textHash(key)],
    ['negative hashes', (key: string) => -1 - (textHash(key) & 0xff)],
    ['the same hash for all', () => 7],
  ])('does what a Map does, with %s', (_name, hashOf) => {
    const map = new TransientMap<string, number>(hashOf);
    const model = new Map<string, number>();
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let i = 0; i < 20_000; i++) {
      const key = `k${random(300)}`;
      if (random(2) === 0) {
        map.set(key, i);
        model.set(key, i);
      } else if (map.delete(key) !== model.delete(key)) throw new Error(`deleting ${key} at step ${i}`);
      const same = map.get(key) === model.get(key) && map.has(key) === model.has(key) && map.size === model.size;
      if (!same) throw new Error(`${key} at step ${i}`);
    }
    const ascending = (a: number, b: number): number => a - b;
    expect(map.values().sort(ascending)).toEqual([...model.values()].sort(ascending));
    map.clear();
    expect(map.size).toBe(0);
    expect(map.values()).toEqual([]);
    expect(map.get('k1')).toBeUndefined();
  });

  // In a thread of its own, whose old generation nobody else fills.
  it('leaves nothing behind that young collections would keep', async () => {
    const { filename, execArgv } = threadEntry(__dirname, 'transient-map.fixture');
    const worker = new Worker(filename, { execArgv });
    const left = await new Promise<number>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    // Where a Map leaves more than 10 MB.
    expect(left).toBeLessThan(1e6);
  });
});
