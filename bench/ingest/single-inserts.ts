import { Client } from 'pg';
import type { LedgerEvent } from '@adlift/ledger';
import { columnNames, eventTable, parameters } from './raw-columns';

const CONNECTIONS = 8;

/** Each event a transaction of its own, by prepared statements on several connections. */
export class SingleInserts {
  private constructor(private readonly clients: readonly Client[]) {}

  static async connect(databaseUrl: string): Promise<SingleInserts> {
    const clients = Array.from({ length: CONNECTIONS }, () => new Client({ connectionString: databaseUrl }));
    await Promise.all(clients.map((client) => client.connect()));
    return new SingleInserts(clients);
  }

  async run(events: readonly LedgerEvent[]): Promise<void> {
    let next = 0;
    await Promise.all(
      this.clients.map(async (client) => {
        while (next < events.length) await insert(client, events[next++]);
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }
}

async function insert(client: Client, event: LedgerEvent): Promise<void> {
  const table = eventTable(event.kind);
  const places = table.columns.map((_, i) => `$${i + 1}`).join(', ');
  await client.query({
    name: table.name,
    text: `INSERT INTO ${table.name} (${columnNames(table)}) VALUES (${places}) ON CONFLICT DO NOTHING`,
    values: parameters(table, event),
  });
}
