import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { SpanEvent, SpanRecord } from '@adlift/telemetry';
import { uuidV7Day, uuidV7Time } from '@adlift/wire';
import type { TraceQuery } from './trace-query';
import type { LinkingSpan } from './trace-view';

/** Injection token of the pool that spans are written and read through. */
export const TRACE_POOL = Symbol('TRACE_POOL');

/** What the list of traces has about one. */
export interface TraceRow {
  readonly traceId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly spans: number;
  readonly error: boolean;
  readonly name: string;
  readonly service: string;
  readonly predictionId: string | null;
  readonly experiment: string | null;
  readonly variant: string | null;
}

/** Of one trace, at most this many spans are read. */
export const MAX_SPANS = 5000;
const MAX_LINKING = 50;
/** The last moment whose day PostgreSQL and ISO 8601 write with four digits of the year. */
const LAST_TIME = Date.parse('9999-12-31T23:59:59Z');

/** Reads what is kept of traces. */
@Injectable()
export class TraceStore {
  constructor(@Inject(TRACE_POOL) private readonly pool: Pool) {}

  /** One row more than asked for says that there is a next page. Newest first. */
  async search(query: TraceQuery): Promise<TraceRow[]> {
    const { where, values } = conditions(query);
    const rows = await this.rows<TraceRow & { startNs: string; endNs: string }>(
      `SELECT trace_id AS "traceId", start_ns AS "startNs", end_ns AS "endNs", spans, error, head_name AS name,
         head_service AS service, prediction_id AS "predictionId", experiment, variant
       FROM trace ${where} ORDER BY start_ns DESC, trace_id DESC LIMIT ${query.limit + 1}`,
      values,
    );
    return rows.map((row) => ({ ...row, startNs: BigInt(row.startNs), endNs: BigInt(row.endNs) }));
  }

  /** The spans of a trace, the earliest first, at most {@link MAX_SPANS} and one. */
  async spans(traceId: string): Promise<SpanRecord[]> {
    const rows = await this.rows<StoredSpan>(
      `SELECT trace_id AS "traceId", span_id AS "spanId", parent_span_id AS "parentSpanId", name, kind, service,
         start_ns AS "startNs", duration_ns AS "durationNs", status, status_message AS "statusMessage", attributes,
         links, events
       FROM span WHERE trace_id = $1 ORDER BY start_ns, span_id LIMIT ${MAX_SPANS + 1}`,
      [traceId],
    );
    return rows.map(spanOf);
  }

  /** Spans of other traces with a link to this one. */
  linkingSpans(traceId: string): Promise<LinkingSpan[]> {
    return this.rows<LinkingSpan>(
      `SELECT trace_id AS "traceId", span_id AS "spanId", name, service FROM span
       WHERE links <> '[]' AND links @> $1::jsonb AND trace_id <> $2 ORDER BY start_ns LIMIT ${MAX_LINKING}`,
      [JSON.stringify([{ traceId }]), traceId],
    );
  }

  /** Trace ids that a prediction is known by: from its log row, its events, its spans. Empty for an unknown one. */
  async tracesOfPrediction(predictionId: string): Promise<string[]> {
    if (uuidV7Time(predictionId) > LAST_TIME) return [];
    const events = ['impression', 'click', 'conversion', 'feedback'].map(
      (table) => `SELECT trace_id FROM ${table} WHERE day = $1 AND prediction_id = $2`,
    );
    const rows = await this.rows<{ trace_id: string }>(
      `SELECT trace_id FROM prediction WHERE day = $1 AND prediction_id = $2
       UNION SELECT trace_id FROM span WHERE prediction_id = $2
       UNION ${events.join(' UNION ')}`,
      [uuidV7Day(predictionId), predictionId],
    );
    return rows.map(({ trace_id }) => trace_id);
  }

  private async rows<Row extends object>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...values])).rows;
  }
}

function conditions(query: TraceQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const all: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    all.push(condition(`$${values.length}`));
  };
  const ofSpans = (condition: string): string => `trace_id IN (SELECT trace_id FROM span WHERE ${condition})`;
  add((p) => `trace_id = ${p}`, query.traceId);
  add((p) => ofSpans(`prediction_id = ${p}`), query.predictionId);
  const { experiment, variant } = query;
  if (experiment !== undefined && variant !== undefined) {
    // Both of the same span: a request can be in several experiments.
    values.push(experiment, variant);
    all.push(ofSpans(`experiment = $${values.length - 1} AND variant = $${values.length}`));
  } else {
    add((p) => ofSpans(`experiment = ${p}`), experiment);
    add((p) => ofSpans(`experiment IS NOT NULL AND variant = ${p}`), variant);
  }
  if (query.minDurationMs !== undefined) add((p) => `end_ns - start_ns >= ${p}`, Math.ceil(query.minDurationMs * 1e6));
  if (query.error !== undefined) all.push(query.error ? 'error' : 'NOT error');
  add((p) => `start_ns >= ${p}`, query.from);
  add((p) => `start_ns < ${p}`, query.to);
  if (query.cursor !== undefined) {
    values.push(query.cursor.startNs, query.cursor.traceId);
    all.push(`(start_ns, trace_id) < ($${values.length - 1}::bigint, $${values.length})`);
  }
  return { where: all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`, values };
}

/** A row of the table: 64-bit integers are text in it, in JSON columns as well. */
type StoredSpan = Omit<SpanRecord, 'startNs' | 'durationNs' | 'events'> & {
  readonly startNs: string;
  readonly durationNs: string;
  readonly events: readonly (Omit<SpanEvent, 'timeNs'> & { readonly timeNs: string })[];
};

function spanOf(row: StoredSpan): SpanRecord {
  return {
    ...row,
    startNs: BigInt(row.startNs),
    durationNs: BigInt(row.durationNs),
    events: row.events.map((event) => ({ ...event, timeNs: BigInt(event.timeNs) })),
  };
}
