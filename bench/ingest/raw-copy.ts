import type { ClientBase } from 'pg';
import { copyBinaryInto } from '@adlift/persistence';
import type { Traffic } from './ingest-traffic';
import { binaryRow, columnNames, eventTable, exposureTable, type RawTable } from './raw-columns';

/** As large as the writer's, so that nobody commits more often. */
const EVENTS = 20_000;
const EXPOSURES = 5000;

interface Copy {
  readonly table: string;
  readonly columns: string;
  readonly rows: readonly Uint8Array[];
}

/** The least there is: rows made beforehand, copied straight into the raw tables, a transaction per batch. */
export class RawCopy {
  private readonly batches: readonly (readonly Copy[])[];

  constructor({ events, exposures }: Traffic) {
    const tables = [...new Set(events.map(({ kind }) => eventTable(kind)))];
    this.batches = [
      ...inBatches(exposures, EXPOSURES).map((batch) => [copyOf(exposureTable(), batch)]),
      ...inBatches(events, EVENTS).map((batch) =>
        tables
          .map((table) =>
            copyOf(
              table,
              batch.filter(({ kind }) => eventTable(kind) === table),
            ),
          )
          .filter(({ rows }) => rows.length > 0),
      ),
    ];
  }

  async run(client: ClientBase): Promise<void> {
    for (const batch of this.batches) {
      await client.query('BEGIN');
      for (const { table, columns, rows } of batch) await copyBinaryInto(client, table, columns, rows);
      await client.query('COMMIT');
    }
  }
}

function copyOf<Fact>(table: RawTable<Fact>, facts: readonly Fact[]): Copy {
  return { table: table.name, columns: columnNames(table), rows: facts.map((fact) => binaryRow(table, fact)) };
}

function inBatches<Fact>(facts: readonly Fact[], size: number): Fact[][] {
  return Array.from({ length: Math.ceil(facts.length / size) }, (_, i) => facts.slice(i * size, (i + 1) * size));
}
