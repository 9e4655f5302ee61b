import { MAX_RECORD_BYTES } from './blob';
import { GroupCommit } from './group-commit';
import { SlabPool } from './slab';
import { SpoolFailed, SpoolFull } from './spool-error';
import type { Group } from './thread-protocol';

const SLAB = 1 << 20;

/** Stands for the thread: takes groups, and tells of them when the test says so. */
class FakeThread {
  readonly groups: Group[] = [];
  readonly commit: GroupCommit;
  private awaited: (() => void) | undefined;

  constructor(streams: number, slabs: number) {
    this.commit = new GroupCommit(streams, new SlabPool(slabs * SLAB), (group) => {
      this.groups.push(group);
      this.awaited?.();
    });
  }

  /** Resolves when so many groups have been handed over. */
  async handedOver(count: number): Promise<Group> {
    while (this.groups.length < count) await new Promise<void>((resolve) => (this.awaited = resolve));
    return this.groups[count - 1];
  }

  recordsOf(group: number): number {
    return this.groups[group].parts.reduce((sum, { records }) => sum + records, 0);
  }
}

function records(count: number, bytes: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(bytes));
}

describe('GroupCommit', () => {
  it('commits together what comes in one turn of the event loop, one blob per stream', async () => {
    const thread = new FakeThread(2, 4);
    const appends = [
      thread.commit.append(0, records(3, 10)),
      thread.commit.append(1, records(2, 10)),
      thread.commit.append(0, records(4, 10)),
    ];
    expect(thread.groups).toHaveLength(0);
    const { number, parts } = await thread.handedOver(1);
    expect(parts.map(({ stream, records }) => ({ stream, records }))).toEqual([
      { stream: 0, records: 7 },
      { stream: 1, records: 2 },
    ]);
    thread.commit.through(number);
    await Promise.all(appends);
  });

  it('does not wait for more than 1000 records', () => {
    const thread = new FakeThread(1, 4);
    for (let i = 0; i < 9; i++) void thread.commit.append(0, records(100, 10));
    expect(thread.groups).toHaveLength(0);
    void thread.commit.append(0, records(100, 10));
    expect(thread.recordsOf(0)).toBe(1000);
  });

  it('acknowledges only when the thread is through with the group', async () => {
    const thread = new FakeThread(1, 4);
    let acknowledged = false;
    const append = thread.commit.append(0, records(1, 10)).then(() => (acknowledged = true));
    const { number } = await thread.handedOver(1);
    await new Promise(setImmediate);
    expect(acknowledged).toBe(false);
    expect(thread.commit.waiting).toBe(1);
    thread.commit.through(number);
    await append;
    expect(thread.commit.waiting).toBe(0);
  });

  it('gathers while two groups are with the thread, and hands the next over when one is through', () => {
    const thread = new FakeThread(1, 8);
    for (let i = 0; i < 4; i++) void thread.commit.append(0, records(1000, 10));
    expect(thread.groups).toHaveLength(2);
    thread.commit.through(1);
    expect(thread.groups).toHaveLength(3);
    expect(thread.recordsOf(2)).toBe(2000);
    expect(thread.groups[2].parts.every(({ records }) => records <= 1000)).toBe(true);
  });

  it('resolves an append over several groups when the last of it is durable', async () => {
    const thread = new FakeThread(1, 12);
    let acknowledged = false;
    const append = thread.commit.append(0, records(7, MAX_RECORD_BYTES)).then(() => (acknowledged = true));
    await thread.handedOver(1);
    thread.commit.through(1);
    await thread.handedOver(2);
    expect(acknowledged).toBe(false);
    thread.commit.through(2);
    await append;
    expect(thread.recordsOf(0) + thread.recordsOf(1)).toBe(7);
  });

  it('rejects the appends of a group for which there is no room, and no others', async () => {
    const thread = new FakeThread(1, 4);
    const first = thread.commit.append(0, records(1000, 10));
    const second = thread.commit.append(0, records(1000, 10));
    thread.commit.through(1, new SpoolFull('full', 7));
    thread.commit.through(2);
    await expect(first).rejects.toMatchObject({ code: 'SPOOL_FULL', retryAfterMs: 7 });
    await second;
    expect(thread.commit.counts.refused).toBe(1000);
  });

  it('refuses at once, keeping nothing, what does not fit into memory, and takes it when there is room again', async () => {
    const thread = new FakeThread(1, 4);
    const fits = thread.commit.append(0, records(3, MAX_RECORD_BYTES));
    await expect(thread.commit.append(0, records(2, MAX_RECORD_BYTES))).rejects.toThrow(SpoolFull);
    expect(thread.commit.waiting).toBe(3);
    const { number } = await thread.handedOver(1);
    thread.commit.through(number);
    await fits;
    void thread.commit.append(0, records(4, MAX_RECORD_BYTES));
    expect(thread.recordsOf(1 - 1)).toBe(3);
    expect(thread.commit.waiting).toBe(4);
  });

  it('refuses a record that is too large and keeps nothing of its append', async () => {
    const thread = new FakeThread(1, 4);
    const append = thread.commit.append(0, [new Uint8Array(3), new Uint8Array(MAX_RECORD_BYTES + 1)]);
    await expect(append).rejects.toThrow(RangeError);
    expect(thread.commit.offer(0, new Uint8Array(MAX_RECORD_BYTES + 1))).toBe(false);
    expect(thread.commit.waiting).toBe(0);
  });

  it('takes offers up to half of the memory and leaves the rest to those who wait', async () => {
    const thread = new FakeThread(2, 4);
    const offered = records(5, MAX_RECORD_BYTES).map((record) => thread.commit.offer(0, record));
    expect(offered).toEqual([true, true, false, false, false]);
    expect(thread.commit.counts.refusedOffers).toBe(3);
    const append = thread.commit.append(1, records(2, MAX_RECORD_BYTES));
    const { number } = await thread.handedOver(1);
    thread.commit.through(number);
    await append;
    expect(thread.commit.offer(0, new Uint8Array(10))).toBe(true);
  });

  it('hands offers over without an append', async () => {
    const thread = new FakeThread(1, 4);
    thread.commit.offer(0, new Uint8Array(10));
    const { parts } = await thread.handedOver(1);
    expect(parts).toMatchObject([{ records: 1 }]);
  });

  it('gives up on everything when the thread dies, and counts the offers that are lost', async () => {
    const thread = new FakeThread(2, 8);
    const appends = [0, 1, 2].map(() => thread.commit.append(0, records(1000, 10)));
    thread.commit.offer(1, new Uint8Array(10));
    thread.commit.abandon(new SpoolFailed('the thread died', 5));
    for (const append of appends) await expect(append).rejects.toThrow('the thread died');
    expect(thread.commit.counts.lostOffers).toBe(1);
    expect(thread.commit.waiting).toBe(0);
    const next = thread.commit.append(0, records(1, 10));
    const { number } = await thread.handedOver(3);
    thread.commit.through(number);
    await next;
  });

  it('empties itself when it is told to, however many groups that takes', async () => {
    const thread = new FakeThread(1, 16);
    const appends = [thread.commit.append(0, records(12, MAX_RECORD_BYTES)), thread.commit.append(0, records(1, 10))];
    const emptied = thread.commit.emptyOut();
    for (let group = 1; thread.commit.waiting > 0; group++) {
      await thread.handedOver(group);
      thread.commit.through(group);
    }
    await emptied;
    await Promise.all(appends);
  });
});
