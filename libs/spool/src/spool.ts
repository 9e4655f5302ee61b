import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { MAX_BLOB_BYTES } from './blob';
import type { ConsumerNotice } from './consumer-protocol';
import { Figures } from './figures';
import { MAX_NAME_BYTES } from './segment';
import { MIN_FILE_BYTES } from './segment-room';
import { GroupCommit } from './group-commit';
import { SlabPool } from './slab';
import { SpoolClosed, SpoolFailed, SpoolFull } from './spool-error';
import type { Damage } from './spool-batch';
import type { SpoolStats, StreamStats } from './spool-stats';
import { type RestartDelays, ThreadWatch } from './thread-watch';

export interface SpoolOptions<Stream extends string> {
  /** Path of the file; its folder is made. Beside it lie `.lock` and `.owner`. */
  readonly file: string;
  /** The names under which records are kept apart, up to 100 bytes of UTF-8 each. */
  readonly streams: readonly Stream[];
  /** The most the file may hold, bytes, at least 16 MiB. */
  readonly maxBytes: number;
  /** Memory for what waits for the disk, bytes, at least 1 MiB a stream and 4 in all; 16 MiB by default. */
  readonly maxWaitingBytes?: number;
  /** The part of the file, 0 to 1, above which no more is offered, kept for those who wait; 0.8 by default. */
  readonly offeredShare?: number;
  readonly restartDelays?: RestartDelays;
  /** Told each time the thread of the file has died. */
  readonly onFailure?: (error: Error) => void;
  /** Told of each batch that does not read as it was written, and is set aside. */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
}

const MIN_SLABS = 4;
const DEFAULT_WAITING_BYTES = 16 << 20;
const DEFAULT_OFFERED_SHARE = 0.8;
const DEFAULT_DELAYS: RestartDelays = { first: 100, longest: 5000 };
/** A consumer that removes its first batches makes room about this soon. */
const FULL_RETRY_MS = 1000;

/**
 * A durable queue in one file of this machine: what is appended is on disk when the promise resolves, and stays until a
 * consumer has removed it. All disk work is done by a thread of its own; nothing here waits for it.
 */
export class Spool<Stream extends string> {
  private readonly places: ReadonlyMap<string, number>;
  private readonly figures: Figures;
  private readonly groups: GroupCommit;
  private readonly thread: ThreadWatch;
  private readonly offeredBytes: number;
  private readonly consumers = new Set<MessagePort>();
  private readonly opening = Promise.withResolvers<void>();
  private lastFailure = 'the spool is not open yet';
  private closed = false;

  private constructor(private readonly options: SpoolOptions<Stream>) {
    const { file, streams, maxBytes, maxWaitingBytes = DEFAULT_WAITING_BYTES } = options;
    const { offeredShare = DEFAULT_OFFERED_SHARE, restartDelays = DEFAULT_DELAYS } = options;
    const slabs = new SlabPool(maxWaitingBytes);
    this.places = new Map(streams.map((stream, at) => [stream, at]));
    this.figures = Figures.forStreams(streams.length);
    this.offeredBytes = offeredShare * maxBytes;
    const data = { file, maxBytes, streams, slabs: slabs.memory, figures: this.figures.memory };
    this.thread = new ThreadWatch(data, restartDelays, {
      opened: () => this.opened(),
      answered: (number, full) => this.answered(number, full),
      damaged: (damage) => options.onDamage?.(damage),
      died: (error) => this.died(error),
    });
    this.groups = new GroupCommit(streams.length, slabs, (group) => this.thread.tell(group));
  }

  /**
   * Resolves when the file is open and what it holds is known. Rejects with SpoolInUse, SpoolFormatError, SpoolFailed,
   * or RangeError for an option out of range.
   */
  static async open<Stream extends string>(options: SpoolOptions<Stream>): Promise<Spool<Stream>> {
    const { streams, maxBytes, maxWaitingBytes = DEFAULT_WAITING_BYTES, offeredShare = 1 } = options;
    const minWaiting = Math.max(MIN_SLABS, streams.length) * MAX_BLOB_BYTES;
    if (!(maxBytes >= MIN_FILE_BYTES)) throw new RangeError(`maxBytes ${maxBytes} is below ${MIN_FILE_BYTES}`);
    if (!(maxWaitingBytes >= minWaiting))
      throw new RangeError(`maxWaitingBytes ${maxWaitingBytes} is below ${minWaiting}`);
    if (streams.some((stream) => Buffer.byteLength(stream) > MAX_NAME_BYTES))
      throw new RangeError(`a stream's name is longer than ${MAX_NAME_BYTES} bytes`);
    if (!(offeredShare >= 0 && offeredShare <= 1))
      throw new RangeError(`offeredShare ${offeredShare} is not in 0 to 1`);
    const spool = new Spool(options);
    await spool.opening.promise;
    return spool;
  }

  /**
   * Resolves when all records are on disk. Rejects with SpoolFull, SpoolFailed or SpoolClosed; records that went into
   * several commits may then have been kept in part. The records are copied: their memory is the caller's again.
   */
  append(stream: Stream, records: readonly Uint8Array[]): Promise<void> {
    if (this.closed) return Promise.reject(closedError());
    if (!this.thread.open) return Promise.reject(new SpoolFailed(this.lastFailure, this.thread.retryAfterMs));
    return this.groups.append(this.placeOf(stream), records);
  }

  /** Takes a record to be kept soon, without saying when; false when it was not taken. Never throws for want of room. */
  offer(stream: Stream, record: Uint8Array): boolean {
    if (this.closed || !this.thread.open || this.figures.get('usedBytes') >= this.offeredBytes) {
      this.groups.counts.refusedOffers++;
      return false;
    }
    return this.groups.offer(this.placeOf(stream), record);
  }

  /** An end for one SpoolConsumer, in this thread or, transferred, in another. */
  connect(): MessagePort {
    const { port1: here, port2: there } = new MessageChannel();
    if (this.closed) {
      here.postMessage({ type: 'closed' } satisfies ConsumerNotice);
      here.close();
      return there;
    }
    this.consumers.add(here);
    here.on('close', () => this.consumers.delete(here));
    here.unref();
    if (this.thread.open) this.lead(here);
    return there;
  }

  /** Durable records of a stream that were not removed. */
  backlog(stream: Stream): number {
    return this.figures.backlog(this.placeOf(stream)).records;
  }

  get stats(): SpoolStats<Stream> {
    const { figures, groups, thread } = this;
    const now = Date.now();
    const streams = this.options.streams.map((stream, at): [Stream, StreamStats] => {
      const { records, oldestMs } = figures.backlog(at);
      return [stream, { records, oldestMs: records === 0 ? 0 : Math.max(0, now - oldestMs) }];
    });
    const commits = figures.get('commits');
    const committed = figures.get('committedRecords');
    return {
      state: this.closed ? 'closed' : thread.open ? 'open' : 'failed',
      usedBytes: figures.get('usedBytes'),
      capBytes: figures.get('capBytes'),
      streams: Object.fromEntries(streams) as Record<Stream, StreamStats>,
      waiting: groups.waiting,
      commits,
      committed,
      recordsPerCommit: commits === 0 ? 0 : committed / commits,
      syncs: figures.get('syncs'),
      ...groups.counts,
      damaged: figures.get('damagedRecords'),
      unclaimed: figures.get('unclaimedRecords'),
      restarts: thread.restarts,
    };
  }

  /** Takes no more; resolves when what waits is on disk and the file is another's to open. Close consumers first. */
  async close(): Promise<void> {
    this.closed = true;
    await this.groups.emptyOut();
    await this.thread.close();
    for (const consumer of this.consumers) {
      consumer.postMessage({ type: 'closed' } satisfies ConsumerNotice);
      consumer.close();
    }
  }

  /** Ends the thread as a crash would; for fault tests. */
  killThread(): Promise<void> {
    return this.thread.kill();
  }

  private opened(): void {
    this.opening.resolve();
    for (const consumer of this.consumers) this.lead(consumer);
  }

  private answered(number: number, full: boolean): void {
    this.groups.through(
      number,
      full ? new SpoolFull(`the spool ${this.options.file} is full`, FULL_RETRY_MS) : undefined,
    );
  }

  private died(error: Error): void {
    this.opening.reject(error);
    this.lastFailure = error.message;
    this.groups.abandon(new SpoolFailed(error.message, this.thread.retryAfterMs));
    const notice: ConsumerNotice = { type: 'down', message: error.message, retryAfterMs: this.thread.retryAfterMs };
    for (const consumer of this.consumers) consumer.postMessage(notice);
    this.options.onFailure?.(error);
  }

  /** Gives a consumer its own way to the thread. */
  private lead(consumer: MessagePort): void {
    const { port1: threads, port2: consumers } = new MessageChannel();
    this.thread.tell({ type: 'consumer', port: threads }, [threads]);
    const { streams } = this.options;
    const notice: ConsumerNotice = { type: 'up', port: consumers, figures: this.figures.memory, streams };
    consumer.postMessage(notice, [consumers]);
  }

  private placeOf(stream: Stream): number {
    const place = this.places.get(stream);
    if (place === undefined) throw new RangeError(`the spool has no stream "${stream}"`);
    return place;
  }
}

function closedError(): SpoolClosed {
  return new SpoolClosed('the spool is closed');
}
