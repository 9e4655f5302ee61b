import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { HeardClient } from '@adlift/persistence';
import { SpoolClosed, type SpoolBatch, type SpoolConsumer } from '@adlift/spool';
import type { EventOutcome } from '../ledger-event';
import type { LedgerStream } from '../ledger-stream';
import { EventRecord } from '../record/event-record';
import { streamStore } from '../store/stream-store';
import type { StoredNotice, WriterNotice } from './writer-protocol';

export interface DrainOptions {
  readonly stream: LedgerStream;
  readonly consumer: SpoolConsumer;
  readonly databaseUrl: string;
  readonly tell: (notice: WriterNotice) => void;
  /** Ends the drain after the transaction it is in. */
  readonly ending: AbortSignal;
}

/** Records of one transaction, and how long the next waits for more to share one when there were fewer. */
const PACE: Record<LedgerStream, { readonly records: number; readonly lingerMs: number }> = {
  event: { records: 20_000, lingerMs: 50 },
  exposure: { records: 5000, lingerMs: 50 },
  prediction: { records: 1000, lingerMs: 100 },
  shadow: { records: 1000, lingerMs: 250 },
  rejection: { records: 1000, lingerMs: 250 },
};
const MAX_BYTES = 16 << 20;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const CONNECT_TIMEOUT_MS = 3000;
const STATEMENT_TIMEOUT_MS = 30_000;
const QUERY_TIMEOUT_MS = 35_000;
const MAX_LINKS = 32;

/**
 * Moves one stream from the spool to PostgreSQL for as long as it is let: read, store in one transaction, remove. What
 * was stored and could not be removed is read again and found to be there already. Failures are tried again for ever.
 */
export class Drain {
  private readonly store: ReturnType<typeof streamStore>;
  private client: Client | undefined;
  private pauseMs = 0;
  /** The read of the next batches, begun while those before them are stored. */
  private ahead: Promise<SpoolBatch[]> | undefined;

  constructor(private readonly options: DrainOptions) {
    this.store = streamStore(options.stream);
  }

  /** Resolves when the drain has ended or the spool was closed. */
  async run(): Promise<void> {
    const { ending } = this.options;
    while (!ending.aborted) {
      try {
        await this.turn();
        this.pauseMs = 0;
      } catch (error) {
        if (error instanceof SpoolClosed) break;
        this.ahead = undefined;
        await this.failed(error as Error);
      }
    }
    await this.client?.end().catch(() => undefined);
  }

  /** Stores one batch of records; the read of the next is under way already when there is likely to be one. */
  private async turn(): Promise<void> {
    const { stream, consumer } = this.options;
    const { records: limit, lingerMs } = PACE[stream];
    if (this.ahead === undefined && consumer.backlog(stream) === 0) return this.pause(lingerMs);
    const batches = await (this.ahead ?? consumer.read(stream, { records: limit, bytes: MAX_BYTES }));
    this.ahead = undefined;
    const last = batches.at(-1);
    if (last === undefined) return this.pause(lingerMs);
    const records = batches.flatMap((batch) => batch.records);
    // Batches are whole commits: one more may not have fitted although there is one.
    const full = 2 * records.length >= limit;
    if (full) {
      this.ahead = consumer.read(stream, { records: limit, bytes: MAX_BYTES, after: last.id });
      // It is awaited in the next turn, and this one may throw first.
      this.ahead.catch(() => undefined);
    }
    await this.storeAll(records);
    await consumer.remove(batches.map(({ id }) => id));
    for (const batch of batches) batch.release();
    if (!full) await this.pause(lingerMs);
  }

  private async storeAll(records: readonly Uint8Array[]): Promise<void> {
    const { stream, tell } = this.options;
    const startedMs = Date.now();
    const decisions = stream === 'event' ? decisionsOf(records) : [];
    const outcomes = await this.store.store(await this.connected(), records);
    tell({ type: 'stored', stream, startedMs, endedMs: Date.now(), decisions, ...tally(outcomes) });
  }

  private async connected(): Promise<Client> {
    if (this.client !== undefined) return this.client;
    const client = new HeardClient({
      connectionString: this.options.databaseUrl,
      application_name: `adlift-writer ${this.options.stream}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // A server that hangs keeps no time of its own.
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => (this.client = this.client === client ? undefined : this.client));
    await client.connect();
    this.client = client;
    return client;
  }

  private async failed(error: Error): Promise<void> {
    const { stream, tell } = this.options;
    const broken = this.client;
    this.client = undefined;
    // Not awaited: a server that hangs would hold up the next attempt.
    broken?.end().catch(() => undefined);
    tell({ type: 'away', stream, message: error.message });
    this.pauseMs = Math.min(Math.max(this.pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    await this.pause(this.pauseMs * (0.5 + Math.random()));
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.options.ending }).catch(() => undefined);
  }
}

function tally(
  outcomes: readonly EventOutcome[],
): Pick<StoredNotice, 'records' | 'duplicates' | 'conflicts' | 'rejected'> {
  const of = (status: EventOutcome['status']): number => outcomes.filter((one) => one.status === status).length;
  return {
    records: outcomes.length,
    duplicates: of('duplicate'),
    conflicts: of('conflict'),
    rejected: of('rejected'),
  };
}

/** Root spans of the traced decisions that the events follow from; a span with more links helps nobody. */
function decisionsOf(records: readonly Uint8Array[]): { traceId: string; spanId: string }[] {
  const found: { traceId: string; spanId: string }[] = [];
  for (const record of records) {
    const { decision } = new EventRecord(record);
    if (decision !== undefined && found.push(decision) === MAX_LINKS) break;
  }
  return found;
}
