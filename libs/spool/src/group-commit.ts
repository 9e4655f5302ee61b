import { TransientMap } from '@adlift/memory';
import { MAX_RECORD_BYTES } from './blob';
import { Gathered, type GatheredBlob } from './gathered';
import { Settlement } from './settlement';
import type { Slab, SlabPool } from './slab';
import { SpoolFull } from './spool-error';
import type { Group, GroupPart } from './thread-protocol';

/** Groups are handed over at most this often, unless one is large: milliseconds. */
const GATHER_MS = 2;
/** What nobody waits for may gather longer: fewer and larger blobs cost less. */
const OFFER_GATHER_MS = 20;
const MAX_GATHERED_RECORDS = 1000;
const MAX_GROUP_BYTES = 4 << 20;
/** One is being committed while the next one waits at the thread's door, so that it has never to wait for us. */
const MAX_GROUPS_IN_FLIGHT = 2;
/** A disk that has stalled takes about as long to go on. */
const MEMORY_RETRY_MS = 100;

/**
 * Gathers records of several callers into groups, one blob per stream and group, and hands the groups over to be
 * committed. Records are copied at once, so a caller may reuse their memory. It never waits.
 */
export class GroupCommit {
  /** Records since the start: refused to those who wait and to those who do not, and offered ones that were lost. */
  readonly counts = { refused: 0, refusedOffers: 0, lostOffers: 0 };
  private readonly gathered: Gathered;
  private readonly inFlight = new TransientMap<number, readonly Slab[]>((number) => number);
  private groups = 0;
  private handedOverAt = 0;
  /** To be handed over as soon as another group is through. */
  private due = false;
  private hurried = false;
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private emptied: (() => void)[] = [];

  /** `handOver` takes a group, of which `through` must be told later. */
  constructor(
    streams: number,
    private readonly slabs: SlabPool,
    private readonly handOver: (group: Group) => void,
  ) {
    this.gathered = new Gathered(streams, slabs);
  }

  /** Records in memory that are not durable yet. */
  get waiting(): number {
    let sum = this.gathered.records;
    for (const slabs of this.inFlight.values()) for (const { records } of slabs) sum += records;
    return sum;
  }

  /** Resolves when all records are durable. Rejects with {@link SpoolFull}, or what `through` is told of them. */
  append(stream: number, records: readonly Uint8Array[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const large = records.find(({ byteLength }) => byteLength > MAX_RECORD_BYTES);
    if (large !== undefined) return Promise.reject(tooLarge(large));
    if (this.gathered.newSlabs(stream, records) > this.slabs.free) {
      this.counts.refused += records.length;
      return Promise.reject(new SpoolFull('too much waits for the disk of the spool', MEMORY_RETRY_MS));
    }
    const settlement = new Settlement();
    for (const record of records) this.gathered.put(stream, record).tell(settlement);
    this.soon();
    return settlement.promise;
  }

  /** Takes a record that nobody waits for; false, and counted, when it is too large or too much waits already. */
  offer(stream: number, record: Uint8Array): boolean {
    // Half of the memory is kept for those who wait.
    const mayTakeSlab = this.slabs.free > this.slabs.count / 2;
    if (record.byteLength > MAX_RECORD_BYTES || (!mayTakeSlab && this.gathered.newSlabs(stream, [record]) > 0)) {
      this.counts.refusedOffers++;
      return false;
    }
    this.gathered.put(stream, record).offered++;
    if (this.gathered.records >= MAX_GATHERED_RECORDS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), OFFER_GATHER_MS);
    return true;
  }

  /** The thread is through with a group: all of it is durable, or none and `error` says why. */
  through(number: number, error?: SpoolFull): void {
    const slabs = this.inFlight.get(number) ?? [];
    this.inFlight.delete(number);
    if (error !== undefined) {
      for (const { records, offered } of slabs) this.counts.refused += records - offered;
    }
    const settlements = this.release(slabs, error);
    // The next group is on its way before anybody is told, so that the disk does not wait for their work.
    if (this.due) this.flush();
    for (const settlement of settlements) settlement.settle(error);
    this.tellIfEmpty();
  }

  /** Gives up on everything that is not durable. */
  abandon(error: Error): void {
    const slabs = this.inFlight.values().flat();
    for (const { slab } of this.gathered.take(Infinity)) slabs.push(slab);
    this.inFlight.clear();
    this.unarm();
    for (const settlement of this.release(slabs, error)) settlement.settle(error);
    this.tellIfEmpty();
  }

  /** Resolves when nothing waits any more; nothing may be appended or offered meanwhile. */
  async emptyOut(): Promise<void> {
    const empty = new Promise<void>((resolve) => this.emptied.push(resolve));
    this.flush();
    this.tellIfEmpty();
    await empty;
  }

  /** Hands over at the end of this turn of the event loop, or when the last group has had its time. */
  private soon(): void {
    if (this.gathered.records >= MAX_GATHERED_RECORDS) this.flush();
    else if (!this.hurried) {
      this.hurried = true;
      clearTimeout(this.timer);
      const pause = this.handedOverAt + GATHER_MS - performance.now();
      if (pause <= 0) this.immediate = setImmediate(() => this.flush());
      else this.timer = setTimeout(() => this.flush(), pause);
    }
  }

  private unarm(): void {
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
    this.timer = undefined;
    this.immediate = undefined;
    this.hurried = false;
    this.due = false;
  }

  private flush(): void {
    this.unarm();
    if (this.gathered.records === 0) return;
    if (this.inFlight.size >= MAX_GROUPS_IN_FLIGHT) {
      // What is appended meanwhile needs no timer of its own.
      this.due = this.hurried = true;
      return;
    }
    const taken = this.gathered.take(MAX_GROUP_BYTES);
    const number = ++this.groups;
    const slabs = taken.map(({ slab }) => slab);
    this.inFlight.set(number, slabs);
    this.handedOverAt = performance.now();
    this.handOver({ type: 'group', number, parts: taken.map(partOf) });
    this.due = this.hurried = this.gathered.records > 0;
  }

  private release(slabs: readonly Slab[], error: Error | undefined): Settlement[] {
    return slabs.flatMap((slab) => {
      if (error !== undefined) this.counts.lostOffers += slab.offered;
      const settlements = slab.finish();
      this.slabs.giveBack(slab);
      return settlements;
    });
  }

  private tellIfEmpty(): void {
    if (this.gathered.records > 0 || this.inFlight.size > 0) return;
    for (const resolve of this.emptied.splice(0)) resolve();
  }
}

function partOf({ slab, stream }: GatheredBlob): GroupPart {
  return { slab: slab.number, stream, records: slab.records, bytes: slab.end, arrivedMs: slab.arrivedMs };
}

function tooLarge({ byteLength }: Uint8Array): RangeError {
  return new RangeError(`a record of ${byteLength} bytes is larger than the spool takes, ${MAX_RECORD_BYTES}`);
}
