import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns that every event carries from its token, whatever its kind. */
const FROM_TOKEN = `
  day date NOT NULL,
  prediction_id uuid NOT NULL,
  idx int NOT NULL,
  event_time timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  unit text NOT NULL,
  assignment_set uuid NOT NULL,
  ad_id text NOT NULL,
  campaign_id text NOT NULL,
  placement text NOT NULL,
  bid_micros bigint NOT NULL,
  bid_type text NOT NULL,
  currency text NOT NULL,
  propensity double precision NOT NULL,
  explored boolean NOT NULL,
  pctr real NOT NULL,
  pcvr real NOT NULL,
  logged boolean NOT NULL,
  log_rate double precision NOT NULL,
  fallback boolean NOT NULL,
  bundle_digest text NOT NULL,
  cvr_bundle_digest text NOT NULL,
  catalogue_version int NOT NULL,
  trace_id text NOT NULL,
  trace_sampled boolean NOT NULL,
  charged_micros bigint NOT NULL DEFAULT 0,
  valid boolean NOT NULL DEFAULT true`;

/** Counts and exact sums; probabilities in 1e-9, money in micros. */
const SUMS = `
  exposures bigint NOT NULL DEFAULT 0,
  impressions bigint NOT NULL DEFAULT 0,
  clicks bigint NOT NULL DEFAULT 0,
  conversions bigint NOT NULL DEFAULT 0,
  hides bigint NOT NULL DEFAULT 0,
  fallback_impressions bigint NOT NULL DEFAULT 0,
  charged_micros numeric NOT NULL DEFAULT 0,
  value_micros numeric NOT NULL DEFAULT 0,
  predicted_clicks_e9 numeric NOT NULL DEFAULT 0`;

/** The tables of administration, of the raw events, and of the kept statistics. */
export class InitialSchema1795392000000 implements MigrationInterface {
  readonly name = 'InitialSchema1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...administration(), ...rawEvents(), ...keptStatistics()]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE fold_state, rollup_day, unit_agg, unit_day, event_delta, event_rejected, prediction,
      feedback, conversion, click, impression, assignment_set, exposure, flag_snapshot, model_label, model, model_file,
      experiment_phase, experiment`);
  }
}

function administration(): string[] {
  return [
    `CREATE TABLE experiment (
      key text PRIMARY KEY,
      description text NOT NULL,
      source text NOT NULL CHECK (source IN ('flag', 'import')),
      state text NOT NULL,
      design jsonb NOT NULL,
      design_hash text,
      revision int NOT NULL DEFAULT 1,
      phase int NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      ended_at timestamptz
    )`,
    `CREATE TABLE experiment_phase (
      experiment text NOT NULL REFERENCES experiment (key),
      phase int NOT NULL,
      weights jsonb NOT NULL,
      reason text NOT NULL,
      opened_at timestamptz NOT NULL DEFAULT now(),
      closed_at timestamptz,
      PRIMARY KEY (experiment, phase)
    )`,
    `CREATE TABLE model_file (
      sha256 text PRIMARY KEY,
      bytes bigint NOT NULL,
      content bytea NOT NULL
    )`,
    `CREATE TABLE model (
      name text NOT NULL,
      version text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('ctr', 'cvr')),
      digest text NOT NULL UNIQUE,
      manifest jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (name, version)
    )`,
    `CREATE TABLE model_label (
      label text NOT NULL,
      kind text NOT NULL,
      name text NOT NULL,
      version text NOT NULL,
      PRIMARY KEY (label, kind),
      FOREIGN KEY (name, version) REFERENCES model (name, version)
    )`,
    `CREATE TABLE flag_snapshot (
      digest text PRIMARY KEY,
      experiment text NOT NULL,
      flag jsonb NOT NULL,
      first_seen timestamptz NOT NULL DEFAULT now()
    )`,
  ];
}

function rawEvents(): string[] {
  return [
    // Hash-partitioned: a unit's first exposure has no day that could be part of its identity.
    `CREATE TABLE exposure (
      experiment text NOT NULL,
      phase int NOT NULL,
      unit text NOT NULL,
      variant text NOT NULL,
      served text NOT NULL,
      flag_digest text NOT NULL,
      prediction_id uuid NOT NULL,
      day date NOT NULL,
      exposed_at timestamptz NOT NULL,
      received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (experiment, phase, unit)
    ) PARTITION BY HASH (unit)`,
    ...Array.from(
      { length: 8 },
      (_, i) => `CREATE TABLE exposure_${i} PARTITION OF exposure FOR VALUES WITH (MODULUS 8, REMAINDER ${i})`,
    ),
    // The distinct lists of assignments that tokens carry: an event row holds the list's id, not the list.
    `CREATE TABLE assignment_set (
      id uuid NOT NULL,
      experiment text NOT NULL,
      phase int NOT NULL,
      assigned text NOT NULL,
      served text NOT NULL,
      reason text NOT NULL,
      flag_digest text NOT NULL,
      PRIMARY KEY (id, experiment)
    )`,
    `CREATE TABLE impression (${FROM_TOKEN},
      position int NOT NULL,
      followed_rank text NOT NULL,
      viewable text NOT NULL,
      PRIMARY KEY (day, prediction_id, idx)
    ) PARTITION BY RANGE (day)`,
    `CREATE TABLE click (${FROM_TOKEN},
      PRIMARY KEY (day, prediction_id, idx)
    ) PARTITION BY RANGE (day)`,
    `CREATE TABLE conversion (${FROM_TOKEN},
      conversion_kind text NOT NULL,
      conversion_id text NOT NULL,
      value_micros bigint NOT NULL,
      PRIMARY KEY (day, prediction_id, idx, conversion_kind, conversion_id)
    ) PARTITION BY RANGE (day)`,
    `CREATE TABLE feedback (${FROM_TOKEN},
      kind text NOT NULL CHECK (kind IN ('hide', 'invalidate')),
      reason text NOT NULL,
      PRIMARY KEY (day, prediction_id, idx, kind)
    ) PARTITION BY RANGE (day)`,
    `CREATE TABLE prediction (
      day date NOT NULL,
      prediction_id uuid NOT NULL,
      request_id text NOT NULL,
      unit text NOT NULL,
      placement text NOT NULL,
      predicted_at timestamptz NOT NULL,
      assignments jsonb NOT NULL,
      n int NOT NULL,
      ad_ids text[] NOT NULL,
      campaign_ids text[] NOT NULL,
      columns bytea NOT NULL,
      bid_micros bigint[] NOT NULL,
      bid_type text NOT NULL,
      currency text NOT NULL,
      catalogue_version int NOT NULL,
      model text NOT NULL,
      model_version text NOT NULL,
      bundle_digest text NOT NULL,
      cvr_bundle_digest text NOT NULL,
      pctr real[] NOT NULL,
      pctr_raw real[] NOT NULL,
      pcvr real[] NOT NULL,
      ranks int[] NOT NULL,
      propensity double precision[] NOT NULL,
      row_flags int[] NOT NULL,
      explored boolean NOT NULL,
      forced boolean NOT NULL,
      log_rate double precision NOT NULL,
      fallback boolean NOT NULL,
      fallback_source text NOT NULL,
      trace_id text NOT NULL,
      trace_sampled boolean NOT NULL,
      total_us int NOT NULL,
      PRIMARY KEY (day, prediction_id)
    ) PARTITION BY RANGE (day)`,
    `CREATE TABLE event_rejected (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      status text NOT NULL CHECK (status IN ('duplicate', 'conflict', 'rejected')),
      reason text NOT NULL,
      kind text NOT NULL,
      prediction_id uuid,
      idx int,
      detail jsonb NOT NULL
    )`,
    `CREATE INDEX event_rejected_received ON event_rejected (received_at)`,
  ];
}

function keptStatistics(): string[] {
  return [
    // What a transaction really inserted, not yet folded. Experiment '' counts the unit whatever its experiments.
    `CREATE TABLE event_delta (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      unit text NOT NULL,
      day date NOT NULL,${SUMS}
    )`,
    `CREATE TABLE unit_agg (
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      unit text NOT NULL,${SUMS},
      PRIMARY KEY (experiment, phase, unit, variant)
    )`,
    `CREATE TABLE unit_day (
      unit text NOT NULL,
      day date NOT NULL,${SUMS},
      PRIMARY KEY (unit, day)
    )`,
    `CREATE TABLE rollup_day (
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      day date NOT NULL,${SUMS},
      PRIMARY KEY (experiment, phase, variant, day)
    )`,
    `CREATE TABLE fold_state (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      folded_through bigint NOT NULL,
      folded_at timestamptz NOT NULL
    )`,
    `INSERT INTO fold_state (folded_through, folded_at) VALUES (0, now())`,
  ];
}
