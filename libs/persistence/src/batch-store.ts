import type { ClientBase } from 'pg';
import { ensurePartitions } from './partitions';

export interface BatchStoreOptions<Item, Outcome> {
  /** Tables with daily partitions that the items go to; the event tables by default. */
  readonly tables?: readonly string[];
  /** The day partition an item needs, YYYY-MM-DD; undefined for tables without. */
  readonly dayOf: (item: Item) => string | undefined;
  /** Which of these days take no items any more; asked before partitions are made. All are open by default. */
  readonly closedDays?: (client: ClientBase, days: readonly string[]) => Promise<readonly string[]>;
  /** Writes a batch inside an open transaction: one outcome per item. */
  readonly store: (client: ClientBase, items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** Whether a batch that failed in this way is worth another try as it is. Outside any transaction. */
  readonly again?: (error: unknown) => boolean;
  /** After the COMMIT of a batch. */
  readonly committed?: () => void;
  /** The outcome of an item that the database refuses for what it is. Outside any transaction. */
  readonly refused: (item: Item, error: Error, client: ClientBase) => Outcome | Promise<Outcome>;
}

/** The day of an item takes none any more: its rows were dropped, and what they counted was sealed. */
export class DayClosed extends Error {
  constructor() {
    super('older_than_retention');
    this.name = 'DayClosed';
  }
}

/** What PostgreSQL answers to a row that no partition takes: a violated check. */
const NO_PARTITION = '23514';

/**
 * Stores batches of items, each in one transaction, making the partitions they need. An item that the database refuses
 * is found by halving its batch and never loses its neighbours.
 */
export class BatchStore<Item, Outcome> {
  private readonly knownDays = new Set<string>();
  /** A day that is closed stays so. */
  private readonly closedDays = new Set<string>();

  constructor(private readonly options: BatchStoreOptions<Item, Outcome>) {}

  /** One outcome per item, in order. Throws whatever fails for another reason than the items themselves. */
  async store(client: ClientBase, items: readonly Item[]): Promise<readonly Outcome[]> {
    await this.findClosed(client, items);
    if (this.closedDays.size > 0 && items.some((item) => this.isClosed(item))) return this.storeOpen(client, items);
    try {
      return await this.transaction(client, items);
    } catch (error) {
      if (this.options.again?.(error) === true) return this.store(client, items);
      if (!isRefusalOfData(error)) throw error;
      const [first] = items;
      if (items.length === 1) return [await this.options.refused(first, error as Error, client)];
      const half = Math.ceil(items.length / 2);
      const outcomes = await this.store(client, items.slice(0, half));
      return [...outcomes, ...(await this.store(client, items.slice(half)))];
    }
  }

  /** Refuses what is of a closed day, and stores the rest. */
  private async storeOpen(client: ClientBase, items: readonly Item[]): Promise<readonly Outcome[]> {
    const open = items.filter((item) => !this.isClosed(item));
    const stored = (open.length === 0 ? [] : await this.store(client, open)).values();
    const outcomes: Outcome[] = [];
    for (const item of items) {
      const refused = this.isClosed(item);
      outcomes.push(
        refused ? await this.options.refused(item, new DayClosed(), client) : (stored.next().value as Outcome),
      );
    }
    return outcomes;
  }

  private isClosed(item: Item): boolean {
    return this.closedDays.has(this.options.dayOf(item) ?? '');
  }

  private async findClosed(client: ClientBase, items: readonly Item[]): Promise<void> {
    if (this.options.closedDays === undefined) return;
    const unknown = this.daysOf(items).filter((day) => !this.knownDays.has(day) && !this.closedDays.has(day));
    if (unknown.length === 0) return;
    for (const day of await this.options.closedDays(client, unknown)) this.closedDays.add(day);
  }

  private daysOf(items: readonly Item[]): string[] {
    return [...new Set(items.map(this.options.dayOf).filter((day) => day !== undefined))];
  }

  private async transaction(client: ClientBase, items: readonly Item[]): Promise<readonly Outcome[]> {
    const days = this.daysOf(items);
    const unknown = days.filter((day) => !this.knownDays.has(day));
    if (unknown.length > 0) {
      await ensurePartitions(client, unknown, this.options.tables);
      // Dropped between the question above and the new partition, which goes the way of the old one.
      await this.findClosed(client, items);
      if (items.some((item) => this.isClosed(item))) return this.store(client, items);
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
      // A partition may have been dropped by another process since it was seen: this time it is made again, if it may be.
      if (days.length > 0 && unknown.length === 0 && (error as { code?: string }).code === NO_PARTITION)
        return this.store(client, items);
      throw error;
    }
  }
}

/** SQLSTATE classes 22 (data exception), 23 (integrity) and 54 (too long for an index): the row is at fault. */
function isRefusalOfData(error: unknown): boolean {
  const { code } = error as { code?: string };
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}
