import { FreshBatches } from './fresh-batches';

const LAST = 5;
let fresh: FreshBatches;

beforeEach(
  () =>
    (fresh = new FreshBatches(
      100,
      new Map([
        ['events', LAST],
        ['other', LAST],
      ]),
    )),
);

function keep(stream: string, id: number, bytes = 10): Uint8Array {
  const blob = new Uint8Array(bytes).fill(id);
  fresh.keep({ stream, id, records: id, arrivedMs: id, blob });
  return blob;
}

describe('FreshBatches', () => {
  it('gives a reader that has all of the file what came since, in order, as copies', () => {
    const blob = keep('events', 6);
    keep('other', 7);
    keep('events', 8);
    blob.fill(0);
    const first = fresh.find('events', LAST);
    expect(first).toEqual({ stream: 'events', id: 6, records: 6, arrivedMs: 6, blob: new Uint8Array(10).fill(6) });
    expect(fresh.find('events', 6)?.id).toBe(8);
    expect(fresh.find('events', 8)).toBeUndefined();
    expect(fresh.find('other', LAST)?.id).toBe(7);
  });

  it('sends a reader that has not all of the file to the file', () => {
    keep('events', 6);
    expect(fresh.find('events', 0)).toBeUndefined();
    expect(fresh.find('events', LAST - 1)).toBeUndefined();
  });

  it('gives none that was forgotten, and none behind one that was', () => {
    keep('events', 6);
    keep('events', 7);
    const first = fresh.find('events', LAST);
    if (first === undefined) throw new Error('it is there');
    fresh.forget(first);
    expect(fresh.find('events', LAST)).toBeUndefined();
    expect(fresh.find('events', 6)?.id).toBe(7);
  });

  it('gives up a stream of very many small batches, too', () => {
    for (let id = 6; id <= 1005; id++) keep('events', id, 0);
    expect(fresh.find('events', LAST)?.id).toBe(6);
    keep('events', 1006, 0);
    expect(fresh.find('events', LAST)).toBeUndefined();
    expect(fresh.find('events', 1005)).toBeUndefined();
  });

  it('holds nothing that was read from the file', () => {
    keep('events', 6, 90);
    expect(fresh.find('events', 0)).toBeUndefined();
    expect(fresh.find('events', 6)).toBeUndefined();
    keep('other', 7, 90);
    expect(fresh.find('other', LAST)?.id).toBe(7);
  });

  it('gives up the stream whose reader is behind, until it has read all there is', () => {
    keep('events', 6, 60);
    keep('other', 7, 30);
    keep('events', 8, 30);
    expect(fresh.find('events', LAST)).toBeUndefined();
    expect(fresh.find('events', 6)).toBeUndefined();
    expect(fresh.find('other', LAST)?.id).toBe(7);
    keep('events', 9);
    expect(fresh.find('events', 8)).toBeUndefined();
    keep('events', 10);
    expect(fresh.find('events', 9)).toBeUndefined();
    expect(fresh.find('events', 10)).toBeUndefined();
    keep('events', 11);
    expect(fresh.find('events', 10)?.id).toBe(11);
    expect(fresh.find('other', LAST)?.id).toBe(7);
  });
});
