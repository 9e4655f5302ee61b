import { InParts } from './in-parts';

const RECORDS = Array.from({ length: 1000 }, (_, i) => Uint8Array.of(i % 256, i >> 8));

/** A database that takes at most so many records in its time, and what it took. */
function database(most: number): { took: Uint8Array[][]; store: (part: readonly Uint8Array[]) => Promise<void> } {
  const took: Uint8Array[][] = [];
  return {
    took,
    store: (part) => {
      if (part.length > most) return Promise.reject(Object.assign(new Error('too slow'), { code: '57014' }));
      took.push([...part]);
      return Promise.resolve();
    },
  };
}

describe('a list of records', () => {
  it.each([1000, 400, 60, 4])('reaches a database that takes %d in its time, whole and in order', async (most) => {
    const inParts = new InParts();
    const { took, store } = database(most);
    let attempts = 0;
    for (let stored = false; !stored; attempts++) {
      took.length = 0;
      stored = await inParts.put(RECORDS, store).then(
        () => true,
        () => false,
      );
    }
    expect(took.flat()).toEqual(RECORDS);
    expect(attempts).toBeLessThanOrEqual(10);
  });

  it('is stored whole again when the database is fast again', async () => {
    const inParts = new InParts();
    const slow = database(300);
    while (
      !(await inParts.put(RECORDS, slow.store).then(
        () => true,
        () => false,
      ))
    );
    const fast = database(1000);
    for (let i = 0; i < 3; i++) await inParts.put(RECORDS, fast.store);
    expect(fast.took.at(-1)).toHaveLength(1000);
  });

  it('is not taken apart by other failures', async () => {
    const inParts = new InParts();
    const away = (): Promise<void> => Promise.reject(new Error('connection refused'));
    for (let i = 0; i < 5; i++) await expect(inParts.put(RECORDS, away)).rejects.toThrow('refused');
    const { took, store } = database(1000);
    await inParts.put(RECORDS, store);
    expect(took.map((part) => part.length)).toEqual([1000]);
  });
});
