import { Client } from 'pg';
import { dayText, daysSince2000, ensurePartitions, migrate } from '@adlift/persistence';
import type { Traffic } from './ingest-traffic';
import { RAW_COLUMNS } from './raw-columns';

/** Until it is opened, whoever appends a delta waits, with a batch in hand; whoever holds it shut goes on. */
export const SHUT_GATE = 'SELECT pg_advisory_lock(1)';
export const OPEN_GATE = 'SELECT pg_advisory_unlock(1)';
const GATE = `CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
  CREATE TRIGGER gate BEFORE INSERT ON event_delta FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()`;

const TABLES = [...RAW_COLUMNS.keys()];
const KEPT = ['unit_agg', 'unit_day', 'rollup_day', 'exp_moments', 'exp_phase', 'unit_click', 'unmatched_candidate'];

/** The database that all contestants fill in turns. */
export class IngestDatabase {
  private constructor(
    readonly url: string,
    readonly client: Client,
  ) {}

  /** `url` of an empty database; the partitions of the traffic are made. */
  static async prepare(url: string, { events }: Traffic): Promise<IngestDatabase> {
    await migrate(url);
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(GATE);
    await ensurePartitions(client, new Set(events.map(({ claims }) => dayText(daysSince2000(claims.timeMs)))));
    return new IngestDatabase(url, client);
  }

  /** Empties everything, and has no checkpoint of it due while the next contestant is measured. */
  async clear(): Promise<void> {
    await this.client.query(`TRUNCATE ${[...TABLES, ...KEPT, 'event_delta', 'event_rejected'].join(', ')}`);
    await this.client.query('CHECKPOINT');
  }

  /** What the raw tables hold, whatever the order of their rows and the time at which they came. */
  async fingerprint(): Promise<string> {
    const sums = [...RAW_COLUMNS].map(
      ([table, columns]) => `(SELECT sum(hash_record_extended(ROW(${columns}), 0))::text FROM ${table}) AS ${table}`,
    );
    const { rows } = await this.client.query(`SELECT ${sums.join(', ')}`);
    return JSON.stringify(rows[0]);
  }

  /** Throws unless every event and exposure is stored, once. */
  async checkStored({ events, exposures }: Traffic): Promise<void> {
    const counts = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
    const { rows } = await this.client.query(`SELECT ${counts.join(', ')}`);
    const of = countsOf(events);
    same('stored', rows[0], {
      ...of('impression', 'click', 'conversion'),
      feedback: of('hide').hide,
      exposure: exposures.length,
    });
  }

  /** Throws unless the kept statistics count every event and exposure, once, and all that was charged. */
  async checkFolded({ events, exposures }: Traffic): Promise<void> {
    const sums = ['exposures', 'impressions', 'clicks', 'conversions', 'hides', 'charged_micros', 'value_micros'];
    const { rows } = await this.client.query(
      `SELECT (SELECT count(*)::int FROM event_delta) AS waiting,
         ${sums.map((sum) => `sum(${sum})::float8 AS ${sum}`).join(', ')} FROM rollup_day`,
    );
    const { impression, click, conversion, hide } = countsOf(events)('impression', 'click', 'conversion', 'hide');
    same('folded', rows[0], {
      ...{ waiting: 0, exposures: exposures.length, impressions: impression, clicks: click, conversions: conversion },
      ...{ hides: hide, charged_micros: events.reduce((sum, { chargedMicros }) => sum + chargedMicros, 0) },
      value_micros: events.reduce((sum, { valueMicros }) => sum + valueMicros, 0),
    });
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

type Kind = Traffic['events'][number]['kind'];

function countsOf(events: Traffic['events']) {
  return (...kinds: Kind[]): Record<string, number> =>
    Object.fromEntries(kinds.map((kind) => [kind, events.filter((event) => event.kind === kind).length]));
}

function same(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}
