import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Spans, kept for days, and one row per trace that the search reads. */
export class TraceStore1795478400000 implements MigrationInterface {
  readonly name = 'TraceStore1795478400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...spans(), ...traces()]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trace, span');
  }
}

function spans(): string[] {
  return [
    // The day is that of the span's start.
    `CREATE TABLE span (
      day date NOT NULL,
      trace_id text NOT NULL,
      span_id text NOT NULL,
      parent_span_id text NOT NULL,
      name text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('internal', 'server', 'client', 'producer', 'consumer')),
      service text NOT NULL,
      start_ns bigint NOT NULL,
      duration_ns bigint NOT NULL CHECK (duration_ns >= 0),
      started_at timestamptz NOT NULL,
      status text NOT NULL CHECK (status IN ('unset', 'ok', 'error')),
      status_message text NOT NULL,
      prediction_id uuid,
      experiment text,
      variant text,
      attributes jsonb NOT NULL,
      links jsonb NOT NULL,
      events jsonb NOT NULL,
      PRIMARY KEY (day, trace_id, span_id)
    ) PARTITION BY RANGE (day)`,
    'CREATE INDEX span_trace ON span (trace_id)',
    'CREATE INDEX span_prediction ON span (prediction_id) WHERE prediction_id IS NOT NULL',
    'CREATE INDEX span_arm ON span (experiment, variant, start_ns) WHERE experiment IS NOT NULL',
    // For "which spans point at this trace".
    `CREATE INDEX span_links ON span USING gin (links jsonb_path_ops) WHERE links <> '[]'`,
  ];
}

function traces(): string[] {
  return [
    // What the search lists, kept up to date with every stored span; without it each search would group all spans.
    `CREATE TABLE trace (
      trace_id text PRIMARY KEY,
      start_ns bigint NOT NULL,
      end_ns bigint NOT NULL,
      spans int NOT NULL,
      error boolean NOT NULL,
      headless boolean NOT NULL,
      head_start_ns bigint NOT NULL,
      head_name text NOT NULL,
      head_service text NOT NULL,
      prediction_id uuid,
      experiment text,
      variant text
    )`,
    'CREATE INDEX trace_start ON trace (start_ns, trace_id)',
    'CREATE INDEX trace_error ON trace (start_ns, trace_id) WHERE error',
  ];
}
