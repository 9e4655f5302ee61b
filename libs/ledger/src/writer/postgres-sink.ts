import type { Client } from 'pg';
import { HeardClient } from '@adlift/persistence';
import type { EventOutcome } from '../ledger-event';
import type { LedgerStream } from '../ledger-stream';
import { EventRecord } from '../record/event-record';
import { streamStore } from '../store/stream-store';
import { InParts } from './in-parts';
import type { Sink } from './sink';
import type { StoredNotice, WriterNotice } from './writer-protocol';

export interface PostgresSinkOptions {
  readonly stream: LedgerStream;
  readonly databaseUrl: string;
  readonly tell: (notice: WriterNotice) => void;
}

const CONNECT_TIMEOUT_MS = 3000;
const STATEMENT_TIMEOUT_MS = 30_000;
const QUERY_TIMEOUT_MS = 35_000;
const MAX_LINKS = 32;

/** PostgreSQL: records are safe once their transaction has committed. What was stored before is found to be there. */
export class PostgresSink implements Sink {
  private readonly store: ReturnType<typeof streamStore>;
  private readonly inParts = new InParts();
  private client: Client | undefined;

  constructor(private readonly options: PostgresSinkOptions) {
    this.store = streamStore(options.stream);
  }

  /** In parts where the database is slow. */
  put(records: readonly Uint8Array[]): Promise<void> {
    return this.inParts.put(records, (part) => this.putPart(part));
  }

  reset(): void {
    const broken = this.client;
    this.client = undefined;
    // Not awaited: a server that hangs would hold up the next attempt.
    broken?.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }

  private async putPart(records: readonly Uint8Array[]): Promise<void> {
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
