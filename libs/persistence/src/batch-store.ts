import type { ClientBase } from 'pg';
import { ensurePartitions } from './partitions';

export interface BatchStoreOptions<Item, Outcome> {
  /** Tables with daily partitions that the items go to; the event tables by default. */
  readonly tables?: readonly string[];
  /** The day partition an item needs, YYYY-MM-DD; undefined for tables without. */
  readonly dayOf: (item: Item) => string | undefined;
  /** Writes a batch inside an open transaction: one outcome per item. */
  readonly store: (client: ClientBase, items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** After the COMMIT of a batch. */
  readonly committed?: () => void;
  /** The outcome of an item that the database refuses for what it is. Outside any transaction. */
  readonly refused: (item: Item, error: Error, client: ClientBase) => Outcome | Promise<Outcome>;
}

/** What PostgreSQL answers to a row that no partition takes: a violated check. */
const NO_PARTITION = '23514';

/**
 * Stores batches of items, each in one transaction, making the partitions they need. An item that the database refuses
 * is found by halving its batch and never loses its neighbours.
 */
export class BatchStore<Item, Outcome> {
  private readonly knownDays = new Set<string>();

  constructor(private readonly options: BatchStoreOptions<Item, Outcome>) {}

  /** One outcome per item, in order. Throws whatever fails for another reason than the items themselves. */
  async store(client: ClientBase, items: readonly Item[]): Promise<readonly Outcome[]> {
    try {
      return await this.transaction(client, items);
    } catch (error) {
      if (!isRefusalOfData(error)) throw error;
      const [first] = items;
      if (items.length === 1) return [await this.options.refused(first, error as Error, client)];
      const half = Math.ceil(items.length / 2);
      const outcomes = await this.store(client, items.slice(0, half));
      return [...outcomes, ...(await this.store(client, items.slice(half)))];
    }
  }

  private async transaction(client: ClientBase, items: readonly Item[]): Promise<readonly Outcome[]> {
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
