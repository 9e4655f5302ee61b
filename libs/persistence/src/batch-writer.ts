import type { ClientBase, Pool, PoolClient } from 'pg';
import { ensurePartitions } from './partitions';

/** The store cannot be reached; nothing of the call was kept and it may be sent again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface BatchWriterOptions<Item, Outcome> {
  readonly pool: Pool;
  /** Rows of one transaction. */
  readonly maxRows: number;
  /** Items that may wait. */
  readonly capacity: number;
  /** How long offered items may wait for others to share a transaction, milliseconds; 0 by default. */
  readonly lingerMs?: number;
  /** Tables with daily partitions that the items go to; the event tables by default. */
  readonly tables?: readonly string[];
  /** The day partition an item needs; undefined for tables without. */
  readonly dayOf: (item: Item) => string | undefined;
  /** Writes a batch inside an open transaction: one outcome per item. */
  readonly store: (client: ClientBase, items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** After the COMMIT of a batch. */
  readonly committed?: () => void;
  /** The outcome of an item that the database refuses for what it is, found by bisecting its batch. */
  readonly refused: (item: Item, error: Error) => Outcome;
  /** Told once per failed attempt while the store is away. */
  readonly onUnavailable: (error: Error) => void;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly arrivedMs: number;
  /** Absent for items that are kept and tried again until they are stored. */
  readonly settle?: { done: (outcome: Outcome) => void; failed: (error: Error) => void };
}

/** What PostgreSQL answers to a row that no partition takes: a violated check. */
const NO_PARTITION = '23514';
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
  private readonly knownDays = new Set<string>();
  private running: Promise<void> | undefined;
  private inFlight = 0;
  private inFlightSince = 0;
  private pauseMs = 0;
  private retryTimer: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;
  private closed = false;
  private abandoned = false;

  constructor(private readonly options: BatchWriterOptions<Item, Outcome>) {}

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
      // A connection that breaks fails the running query, and also emits; unheard, that would end the process.
      client.on('error', ignore);
      while (this.waiting.length > 0 && (this.linger === undefined || this.waiting.length >= this.options.maxRows)) {
        batch = this.waiting.splice(0, this.options.maxRows);
        this.inFlight = batch.length;
        this.inFlightSince = batch[0]?.arrivedMs ?? 0;
        await this.storeOrSplit(client, batch);
        this.inFlight = 0;
        batch = [];
        this.pauseMs = 0;
      }
      client.off('error', ignore);
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

  private async storeOrSplit(client: PoolClient, batch: Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.transaction(
        client,
        batch.map(({ item }) => item),
      );
      batch.forEach(({ settle }, i) => settle?.done(outcomes[i]));
    } catch (error) {
      if (!isRefusalOfData(error)) throw error;
      const [first] = batch;
      if (batch.length === 1 && first !== undefined) {
        const outcome = this.options.refused(first.item, error as Error);
        first.settle?.done(outcome);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.storeOrSplit(client, batch.slice(0, half));
      await this.storeOrSplit(client, batch.slice(half));
    }
  }

  private async transaction(client: PoolClient, items: readonly Item[]): Promise<readonly Outcome[]> {
    const days = new Set(items.map(this.options.dayOf).filter((day) => day !== undefined));
    const unknown = [...days].filter((day) => !this.knownDays.has(day));
    if (unknown.length > 0) {
      await ensurePartitions(client, unknown, this.options.tables);
      for (const day of unknown) this.knownDays.add(day);
    }
    await client.query('BEGIN');
    try {
      const outcomes = await this.options.store(client, items);
      await client.query('COMMIT');
      this.options.committed?.();
      return outcomes;
    } catch (error) {
      // Without a connection there is nothing to roll back, and the first error is the one that tells why.
      await client.query('ROLLBACK').catch(() => undefined);
      for (const day of days) this.knownDays.delete(day);
      // A partition may have been dropped by another process since it was seen; this time it is made again.
      if (days.size > 0 && unknown.length === 0 && (error as { code?: string }).code === NO_PARTITION)
        return this.transaction(client, items);
      throw error;
    }
  }
}

/** SQLSTATE classes 22 (data exception), 23 (integrity) and 54 (too long for an index): the row is at fault. */
function isRefusalOfData(error: unknown): boolean {
  const { code } = error as { code?: string };
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}

function ignore(): void {}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
