import type { ClientBase } from 'pg';
import { copyInto, copyRow } from '@adlift/persistence';
import { storableJson, storableText } from './span-json';
import type { AttributeValue, SpanRecord } from './span-record';

const COLUMNS = `day, trace_id, span_id, parent_span_id, name, kind, service, start_ns, duration_ns, started_at, status,
  status_message, prediction_id, experiment, variant, attributes, links, events`;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Longer names cannot be searched for; an index entry has to fit into a third of a page. */
const MAX_NAME_LENGTH = 200;

/** UTC day of the span's start, as YYYY-MM-DD: the partition it goes to. */
export function spanDay({ startNs }: SpanRecord): string {
  return isoTime(startNs).slice(0, 10);
}

/**
 * Stores spans inside the caller's transaction, and adds what was really new to the list of traces; a span that is
 * there already stays as it is. The partitions of {@link spanDay} must exist.
 */
export async function storeSpans(client: ClientBase, records: readonly SpanRecord[]): Promise<void> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS staged_span (LIKE span) ON COMMIT DELETE ROWS');
  await copyInto(client, 'staged_span', COLUMNS, records.map(spanRow));
  await client.query(STORE);
}

/** The head of a trace is its root, or while that is not known the span that started first. */
const IS_BETTER_HEAD =
  '(excluded.headless, excluded.head_start_ns, excluded.head_name) < (trace.headless, trace.head_start_ns, trace.head_name)';

// Traces are upserted in the order of their keys, so two writers can never wait for each other in a circle.
const STORE = `
  WITH fresh AS (
    INSERT INTO span (${COLUMNS}) SELECT ${COLUMNS} FROM staged_span ORDER BY day, trace_id, span_id
    ON CONFLICT DO NOTHING
    RETURNING trace_id, parent_span_id, name, service, start_ns, duration_ns, status, prediction_id, experiment, variant
  ), head AS (
    SELECT DISTINCT ON (trace_id) trace_id, parent_span_id <> '' AS headless, start_ns, name, service
    FROM fresh ORDER BY trace_id, parent_span_id <> '', start_ns, name
  ), arm AS (
    SELECT DISTINCT ON (trace_id) trace_id, experiment, variant
    FROM fresh WHERE experiment IS NOT NULL ORDER BY trace_id, start_ns
  ), extent AS (
    SELECT trace_id, min(start_ns) AS start_ns, max(start_ns + duration_ns) AS end_ns, count(*) AS spans,
      bool_or(status = 'error') AS error,
      (array_agg(prediction_id ORDER BY start_ns) FILTER (WHERE prediction_id IS NOT NULL))[1] AS prediction_id
    FROM fresh GROUP BY trace_id
  )
  INSERT INTO trace (trace_id, start_ns, end_ns, spans, error, headless, head_start_ns, head_name, head_service,
    prediction_id, experiment, variant)
  SELECT trace_id, extent.start_ns, extent.end_ns, extent.spans, extent.error, head.headless, head.start_ns, head.name,
    head.service, extent.prediction_id, arm.experiment, arm.variant
  FROM extent JOIN head USING (trace_id) LEFT JOIN arm USING (trace_id) ORDER BY trace_id
  ON CONFLICT (trace_id) DO UPDATE SET
    start_ns = least(trace.start_ns, excluded.start_ns),
    end_ns = greatest(trace.end_ns, excluded.end_ns),
    spans = trace.spans + excluded.spans,
    error = trace.error OR excluded.error,
    headless = trace.headless AND excluded.headless,
    head_start_ns = CASE WHEN ${IS_BETTER_HEAD} THEN excluded.head_start_ns ELSE trace.head_start_ns END,
    head_name = CASE WHEN ${IS_BETTER_HEAD} THEN excluded.head_name ELSE trace.head_name END,
    head_service = CASE WHEN ${IS_BETTER_HEAD} THEN excluded.head_service ELSE trace.head_service END,
    prediction_id = coalesce(trace.prediction_id, excluded.prediction_id),
    experiment = coalesce(trace.experiment, excluded.experiment),
    variant = CASE WHEN trace.experiment IS NULL THEN excluded.variant ELSE trace.variant END`;

function spanRow(record: SpanRecord): string {
  const { attributes } = record;
  const startedAt = isoTime(record.startNs);
  const predictionId = nameOf(attributes['adlift.prediction_id']);
  return copyRow([
    startedAt.slice(0, 10),
    record.traceId,
    record.spanId,
    record.parentSpanId,
    storableText(record.name),
    record.kind,
    storableText(record.service),
    String(record.startNs),
    String(record.durationNs),
    startedAt,
    record.status,
    storableText(record.statusMessage),
    predictionId !== null && UUID.test(predictionId) ? predictionId : null,
    nameOf(attributes['adlift.experiment']),
    nameOf(attributes['adlift.variant.assigned']),
    storableJson(attributes),
    storableJson(record.links),
    storableJson(record.events),
  ]);
}

function nameOf(value: AttributeValue | undefined): string | null {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_LENGTH) return null;
  return storableText(value);
}

function isoTime(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString();
}
