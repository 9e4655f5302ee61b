import { readFileSync, statSync, truncateSync } from 'node:fs';
import { BLOB_HEADER_BYTES, crcOf, putRecord, sealBlob } from './blob';
import { FRAME_HEADER_BYTES, putFrame } from './frame';
import { SEGMENT_HEADER_BYTES } from './segment';
import { ALL, batch, FileOnTrial, MIB, placeOf, seeded } from './spool-file.fixture';

describe('a file that was left by another owner', () => {
  const on = FileOnTrial.forEach();

  describe('what does not read as it was written', () => {
    const first = batch('events', 2, 100, 1);
    const second = batch('events', 3, 200, 2);
    const third = batch('events', 4, 300, 3);

    beforeEach(() => {
      for (const one of [first, second, third]) on.file.append([one]);
      // The last commit is that of another stream.
      on.file.append([batch('predictions', 1, 100, 4)]);
    });

    it('is set aside, once, told of, and passed over', () => {
      on.reopen((bytes) => (bytes[placeOf(bytes, second) + 90] ^= 1));
      const [before] = on.idsOf('events', { records: 1, bytes: Infinity });
      expect(on.given('events', { records: 1, bytes: Infinity, after: before })).toEqual([3]);
      expect(on.given('events')).toEqual([1, 3]);
      const damage = { stream: 'events', id: before + 1, records: 3, reason: 'its checksum does not match' };
      expect(on.damages).toEqual([damage]);
      for (let look = 0; look < 2; look++) {
        expect(on.file.damagedRecords).toBe(3);
        expect(on.file.backlogs.get('events')).toEqual({ records: 6, oldestMs: 1 });
        expect(on.given('events')).toEqual([1, 3]);
        on.reopen();
      }
      expect(on.damages).toEqual([damage]);
      on.file.remove(on.idsOf('events'));
      // It stays for whoever wants to look into it.
      for (let i = 0; i < 60; i++) {
        expect(on.file.append([batch('events', 1, 500_000)])).toBe(true);
        on.file.remove(on.idsOf('events'));
      }
      on.reopen((bytes) => (bytes[placeOf(bytes, first) + 90] ^= 0));
      expect(on.file.damagedRecords).toBe(3);
    });

    it('is set aside when the file is full', () => {
      const count = on.fill();
      on.reopen((bytes) => (bytes[placeOf(bytes, second) + 90] ^= 1));
      expect(on.idsOf('events')).toHaveLength(count + 2);
      expect(on.file.damagedRecords).toBe(3);
    });

    it('is set aside when it is the header of a frame, whose number of records is lost with it', () => {
      on.reopen((bytes) => (bytes[placeOf(bytes, second) + 20] ^= 1));
      for (let look = 0; look < 2; look++) {
        expect(on.given('events')).toEqual([1, 3]);
        expect(on.file.damagedRecords).toBe(1);
        expect(on.file.backlogs.get('events')?.records).toBe(6);
        on.reopen();
      }
      expect(on.file.append([batch('events', 1, 100, 5)])).toBe(true);
      expect(on.given('events')).toEqual([1, 3, 5]);
    });

    it('stays where it is when it is the header of a segment, and nothing is written over it', () => {
      on.reopen((bytes) => (bytes[placeOf(bytes, first) - SEGMENT_HEADER_BYTES + 9] ^= 1));
      expect(on.given('events')).toEqual([]);
      expect(on.file.damagedRecords).toBe(9);
      on.fill();
      on.reopen((bytes) => (bytes[placeOf(bytes, first) - SEGMENT_HEADER_BYTES + 9] ^= 1));
      expect(on.given('events').slice(0, 3)).toEqual([1, 2, 3]);
    });

    it('is given once more when all that is lost is what was removed', () => {
      on.file.remove(on.idsOf('events', { records: 1, bytes: Infinity }));
      on.reopen();
      expect(on.given('events')).toEqual([2, 3]);
      on.reopen((bytes) => (bytes[placeOf(bytes, first) - SEGMENT_HEADER_BYTES + 136] ^= 1));
      expect(on.given('events')).toEqual([1, 2, 3]);
    });

    it('is set aside when it is of the last commit and the file was closed in order', () => {
      const last = batch('predictions', 2, 150, 5);
      on.file.append([last]);
      on.reopen((bytes) => (bytes[placeOf(bytes, last) + 90] ^= 1));
      expect(on.given('predictions')).toEqual([4]);
      expect(on.file.damagedRecords).toBe(2);
    });

    it('is missed at the end of a segment, too, and its id is not used again', () => {
      const last = batch('rows', 2, 200, 6);
      on.file.append([batch('rows', 1, 500_000, 5), last]);
      on.file.append([batch('rows', 1, 900_000, 7)]);
      const [, lost] = on.idsOf('rows');
      on.crash((bytes) => (bytes[placeOf(bytes, last) + 20] ^= 1));
      expect(on.given('rows')).toEqual([5, 7]);
      expect(on.file.damagedRecords).toBe(1);
      expect(on.damages).toEqual([{ stream: 'rows', id: lost, records: 1, reason: 'its header is lost' }]);
      for (let i = 8; i < 11; i++) on.file.append([batch('rows', 1, 100, i)]);
      expect(on.idsOf('rows')).not.toContain(lost);
      on.file.remove([lost]);
      expect(on.given('rows')).toEqual([5, 7, 8, 9, 10]);
    });

    it('is counted when somebody has cut the file off', () => {
      for (let i = 5; i < 9; i++) on.file.append([batch('predictions', 2, 150_000, i)]);
      const { size } = statSync(on.path);
      const { segmentBytes } = on;
      on.close();
      // The second segment, of predictions, ends amid its last frames.
      truncateSync(on.path, 4096 + segmentBytes + 700_000);
      on.open();
      expect(statSync(on.path).size).toBeLessThanOrEqual(size);
      expect(on.given('events')).toEqual([1, 2, 3]);
      expect(on.given('predictions').slice(0, 3)).toEqual([4, 5, 6]);
      expect(on.file.damagedRecords).toBeGreaterThan(0);
      expect(on.file.append([batch('predictions', 1, 100, 9)])).toBe(true);
      expect(on.given('predictions').at(-1)).toBe(9);
    });

    it('is left out when it is of the last commit, of which nobody was told', () => {
      const last = [batch('predictions', 1, 150, 5), batch('events', 1, 400, 6), batch('events', 1, 500, 7)];
      on.file.append(last);
      on.crash((bytes) => {
        for (const torn of [last[0], last[1]]) bytes[placeOf(bytes, torn) + 90] ^= 1;
      });
      expect(on.given('predictions')).toEqual([4]);
      expect(on.given('events')).toEqual([1, 2, 3, 7]);
      for (let i = 8; i < 11; i++) {
        on.file.append([batch('events', 1, 100, i), batch('predictions', 1, 200, i)]);
        on.crash();
      }
      expect(on.given('events')).toEqual([1, 2, 3, 7, 8, 9, 10]);
      expect(on.given('predictions')).toEqual([4, 8, 9, 10]);
      expect(on.file.damagedRecords).toBe(0);
      expect(on.damages).toEqual([]);
    });
  });

  it('takes a segment for free whose header was not on disk yet when the last commit was cut off, and for good', () => {
    const last = batch('rows', 1, 300, 1);
    on.file.append([batch('events', 1)]);
    on.file.append([last]);
    on.crash((bytes) => bytes.fill(0, placeOf(bytes, last) - SEGMENT_HEADER_BYTES, placeOf(bytes, last)));
    expect(on.given('rows')).toEqual([]);
    on.file.append([batch('events', 1)]);
    on.crash();
    expect(on.file.damagedRecords).toBe(0);
    on.file.append([batch('rows', 1, 100, 2)]);
    expect(on.given('rows')).toEqual([2]);
  });

  it('takes nothing for a batch that a record has in it', () => {
    const inner = batch('events', 1, 100, 2);
    const frame = new Uint8Array(FRAME_HEADER_BYTES + inner.blob.length);
    // As one that knows all but the mark of the segment can make it.
    putFrame(new DataView(frame.buffer), {
      mark: 0x0123456789abcdefn,
      ...{ commit: 1, arrivedMs: 666, ordinal: 1, records: 1, bytes: inner.blob.length, blobCrc: crcOf(inner.blob) },
    });
    frame.set(inner.blob, FRAME_HEADER_BYTES);
    const outer = new Uint8Array(MIB);
    const end = putRecord(outer, new DataView(outer.buffer), BLOB_HEADER_BYTES, frame);
    sealBlob(outer.subarray(0, end), 1);
    on.file.append([{ stream: 'events', records: 1, arrivedMs: 1, blob: outer.subarray(0, end) }]);
    on.file.append([batch('events', 1, 100, 3)]);
    on.reopen((bytes) => (bytes[placeOf(bytes, { ...inner, blob: outer.subarray(0, end) }) + 20] ^= 1));
    expect(on.given('events')).toEqual([3]);
  });

  it('has all that was on disk after a loss of power, whichever of the pages written since then have reached it', () => {
    const random = seeded(11);
    const streams = ['events', 'rows', 'log'];
    const small = 8 * MIB;
    on.close();
    on.open(`${on.path}-small`, small);
    let next = 1;
    for (let cut = 0; cut < 60; cut++) {
      for (let step = 0; step < 12; step++) {
        const stream = streams[random(3)];
        if (random(3) === 0) {
          const ids = on.file.read(stream, { records: 1 + random(60), bytes: Infinity }).map(({ id }) => id);
          on.file.remove(ids.filter(() => random(8) > 0));
        } else if (on.file.append([batch(stream, 1 + random(20), random(12_000), next)])) next++;
      }
      on.file.room.sync();
      const waiting = streams.flatMap((stream) =>
        on.file.read(stream, ALL).map(({ id, arrivedMs }) => ({ stream, id, arrivedMs })),
      );
      const before = readFileSync(on.path);
      const removed = waiting.filter(() => random(6) === 0);
      on.file.remove(removed.map(({ id }) => id));
      const group = streams.flatMap((stream) =>
        Array.from({ length: random(3) }, () => batch(stream, 1 + random(20), random(12_000), next++)),
      );
      on.file.append(group);
      on.crash((after) => {
        for (let page = 0; page < after.length; page += 4096) {
          if (random(2) === 0) after.fill(0, page, page + 4096).set(before.subarray(page, page + 4096), page);
        }
      }, small);
      for (const stream of streams) {
        const has = on.file.read(stream, ALL).map(({ arrivedMs }) => arrivedMs);
        const must = waiting.filter((one) => one.stream === stream && !removed.includes(one));
        expect(has).toEqual(expect.arrayContaining(must.map(({ arrivedMs }) => arrivedMs)));
        expect([...has].sort((a, b) => a - b)).toEqual(has);
        const may = new Set([...waiting, ...group].filter((one) => one.stream === stream).map((one) => one.arrivedMs));
        expect(has.filter((arrivedMs) => !may.has(arrivedMs))).toEqual([]);
      }
    }
    expect(next).toBeGreaterThan(400);
    expect(on.damages).toEqual([]);
    expect(on.file.damagedRecords).toBe(0);
  });
});
