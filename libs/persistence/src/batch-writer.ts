import type { Pool, PoolClient } from 'pg';
import { BatchStore, type BatchStoreOptions } from './batch-store';

/** The store cannot be reached; nothing of the call was kept and it may be sent again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface BatchWriterOptions<Item, Outcome> extends BatchStoreOptions<Item, Outcome> {
  readonly pool: Pool;
  /** Rows of one transaction. */
  readonly maxRows: number;
  /** Items that may wait. */
  readonly capacity: number;
  /** How long offered items may wait for others to share a transaction, milliseconds; 0 by default. */
  readonly lingerMs?: number;
  /** Told once per failed attempt while the store is away. */
  readonly onUnavailable: (error: Error) => void;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly arrivedMs: number;
  /** Absent for items that are kept and tried again until they are stored. */
  readonly settle?: { done: (outcome: Outcome) => void; failed: (error: Error) => void };
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const CLOSING_PAUSE_MS = 300;
const CLOSE_POLL_MS = 20;

/**
 * Writes items to PostgreSQL in batches, one transaction at a time: whatever arrives during a transaction goes into
 * the next one. An item that the database refuses never loses its neighbours.
 */
export class BatchWriter<Item, Outcome> {
  private waiting: Waiting<Item, Outcome>[] = [];
  private running: Promise<void> | undefined;
  private inFlight = 0;
  private inFlightSince = 0;
  private pauseMs = 0;
  private retryTimer: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;
  private closed = false;
  private abandoned = false;

  private readonly store: BatchStore<Item, Outcome>;

  constructor(private readonly options: BatchWriterOptions<Item, Outcome>) {
    this.store = new BatchStore(options);
  }

  /** Items not yet durable. */
  get pending(): number {
    return this.waiting.length + this.inFlight;
  }

  /** Milliseconds that the oldest item has been waiting; 0 when none is. */
  get lagMs(): number {
    const oldest = this.inFlight > 0 ? this.inFlightSince : this.waiting[0]?.arrivedMs;
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest);
  }

  /** Whether the last attempt failed. */
  get unavailable(): boolean {
    return this.pauseMs > 0;
  }

  /** Resolves when every item is durable. Rejects with {@link StoreUnavailable} at once while the store is away. */
  write(items: readonly Item[]): Promise<Outcome[]> {
    if (this.closed) return Promise.reject(new StoreUnavailable('the store is shutting down'));
    if (this.unavailable) return Promise.reject(new StoreUnavailable('the store is away'));
    if (this.pending + items.length > this.options.capacity) {
      return Promise.reject(new StoreUnavailable('too many events are waiting for the store'));
    }
    const arrivedMs = Date.now();
    const outcomes = items.map(
      (item) =>
        new Promise<Outcome>((done, failed) => this.waiting.push({ item, arrivedMs, settle: { done, failed } })),
    );
    this.start();
    return Promise.all(outcomes);
  }

  /** Takes an item that is kept until it is stored; false when no more may wait. */
  offer(item: Item): boolean {
    if (this.closed || this.pending >= this.options.capacity) return false;
    this.waiting.push({ item, arrivedMs: Date.now() });
    const { lingerMs = 0, maxRows } = this.options;
    if (lingerMs === 0 || this.waiting.length >= maxRows) this.start();
    else this.linger ??= setTimeout(() => this.endLinger(), lingerMs);
    return true;
  }

  /** Stores what waits, for at most `graceMs`; returns how many items were left. */
  async close(graceMs: number): Promise<number> {
    this.closed = true;
    const deadline = Date.now() + graceMs;
    // There may be less grace than is left of a pause.
    clearTimeout(this.retryTimer);
    clearTimeout(this.linger);
    this.linger = undefined;
    this.retryTimer = undefined;
    while (this.pending > 0 && Date.now() < deadline) {
      this.start();
      await pause(CLOSE_POLL_MS);
    }
    this.abandoned = true;
    clearTimeout(this.retryTimer);
    return this.pending;
  }

  private endLinger(): void {
    this.linger = undefined;
    this.start();
  }

  private start(): void {
    if (this.running !== undefined || this.retryTimer !== undefined || this.waiting.length === 0) return;
    this.running = this.drain().finally(() => {
      this.running = undefined;
      if (this.pauseMs > 0) this.retryLater();
      else if (this.waiting.length > 0 && this.linger === undefined) this.start();
    });
  }

  private retryLater(): void {
    if (this.abandoned) return;
    const jittered = this.pauseMs * (0.5 + Math.random());
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined;
      if (this.waiting.length > 0) this.start();
      else this.pauseMs = 0;
    }, jittered);
  }

  private async drain(): Promise<void> {
    let client: PoolClient | undefined;
    let batch: Waiting<Item, Outcome>[] = [];
    try {
      client = await this.options.pool.connect();
      while (this.waiting.length > 0 && (this.linger === undefined || this.waiting.length >= this.options.maxRows)) {
        batch = this.waiting.splice(0, this.options.maxRows);
        this.inFlight = batch.length;
        this.inFlightSince = batch[0]?.arrivedMs ?? 0;
        await this.settle(client, batch);
        this.inFlight = 0;
        batch = [];
        this.pauseMs = 0;
      }
      client.release();
    } catch (error) {
      client?.release(true);
      this.inFlight = 0;
      this.fail(batch, error as Error);
    }
  }

  private fail(batch: readonly Waiting<Item, Outcome>[], error: Error): void {
    const longest = this.closed ? CLOSING_PAUSE_MS : LONGEST_PAUSE_MS;
    this.pauseMs = Math.min(Math.max(this.pauseMs * 2, FIRST_PAUSE_MS), longest);
    this.options.onUnavailable(error);
    const all = [...batch, ...this.waiting];
    this.waiting = all.filter((waiting) => waiting.settle === undefined);
    for (const { settle } of all) settle?.failed(new StoreUnavailable(`the store is away: ${error.message}`));
  }

  private async settle(client: PoolClient, batch: readonly Waiting<Item, Outcome>[]): Promise<void> {
    const outcomes = await this.store.store(
      client,
      batch.map(({ item }) => item),
    );
    batch.forEach(({ settle }, i) => settle?.done(outcomes[i]));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
