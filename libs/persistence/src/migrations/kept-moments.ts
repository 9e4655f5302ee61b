import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums of a unit that metrics are made of; `capped_micros` is `charged_micros` within the phase's cap. */
const SUMS = ['impressions', 'clicks', 'conversions', 'hides', 'charged_micros', 'capped_micros'];
const PRODUCTS = [
  ...SUMS.map((column) => [column, column]),
  ...SUMS.filter((column) => column !== 'impressions').map((column) => [column, 'impressions']),
  ['conversions', 'clicks'],
];

const MOMENTS: readonly (readonly [string, string])[] = [
  ['units', 'count(*)'],
  ['sum_fallback_impressions', 'sum(fallback_impressions)'],
  ...SUMS.map((column): [string, string] => [`sum_${column}`, `sum(${column})`]),
  ...SUMS.map((column): [string, string] => [`nonzero_${column}`, `count(*) FILTER (WHERE ${column} <> 0)`]),
  ...PRODUCTS.map(([a, b]): [string, string] => [`product_${a}_${b}`, `sum(${a}::numeric * ${b})`]),
];

/** A stored event of a kind that is judged one by one, as a delta that counts nothing: the fold judges it. */
const JUDGE_AGAIN = ['click', 'conversion', 'feedback'].map(
  (table) => `INSERT INTO event_delta (unit, day, kind, prediction_id, idx, event_time)
    SELECT unit, day, ${table === 'feedback' ? 'kind' : `'${table}'`}, prediction_id, idx, event_time
    FROM ${table} WHERE unit <> ''`,
);

/** Moments that reports read, validity of events, and days whose raw rows are gone. */
export class KeptMoments1795827600000 implements MigrationInterface {
  readonly name = 'KeptMoments1795827600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...deltas(), ...moments(), ...validity(), ...seals(), ...JUDGE_AGAIN])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW orphaned_conversion');
    await runner.query(
      'DROP TABLE sealed_correction, sealed_day, unmatched_candidate, unit_click, exp_phase, exp_moments',
    );
    await runner.query('ALTER TABLE fold_state DROP COLUMN attribution_days');
    // Deltas of the new form cannot be told in the old one.
    await runner.query('DELETE FROM event_delta');
    await runner.query(
      `ALTER TABLE event_delta DROP COLUMN assignment_set, DROP COLUMN kind, DROP COLUMN prediction_id,
         DROP COLUMN idx, DROP COLUMN event_time, DROP COLUMN appended_at,
         ALTER COLUMN experiment DROP DEFAULT, ALTER COLUMN phase DROP DEFAULT, ALTER COLUMN variant DROP DEFAULT`,
    );
  }
}

function deltas(): string[] {
  return [
    // An event's delta names its list of assignments, to be spread over the experiments by the fold; kinds that are
    // judged one by one name the event too.
    `ALTER TABLE event_delta
      ALTER COLUMN experiment SET DEFAULT '', ALTER COLUMN phase SET DEFAULT 0, ALTER COLUMN variant SET DEFAULT '',
      ADD COLUMN assignment_set uuid,
      ADD COLUMN kind text,
      ADD COLUMN prediction_id uuid,
      ADD COLUMN idx int,
      ADD COLUMN event_time timestamptz,
      ADD COLUMN appended_at timestamptz NOT NULL DEFAULT now()`,
    // A queue: every row dies soon, and dead rows slow the search for the oldest.
    `ALTER TABLE event_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
      autovacuum_vacuum_cost_delay = 0)`,
    // Room on the page lets an update stay on it and leave the index alone.
    'ALTER TABLE unit_agg SET (fillfactor = 75)',
    'ALTER TABLE unit_day SET (fillfactor = 75)',
    'ALTER TABLE rollup_day SET (fillfactor = 50)',
  ];
}

function moments(): string[] {
  const names = MOMENTS.map(([name]) => name);
  return [
    `CREATE TABLE exp_moments (
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      ${names.map((name) => `${name} numeric NOT NULL DEFAULT 0`).join(',\n      ')},
      PRIMARY KEY (experiment, phase, variant)
    ) WITH (fillfactor = 50)`,
    `CREATE TABLE exp_phase (
      experiment text NOT NULL,
      phase int NOT NULL,
      revenue_cap_micros bigint CHECK (revenue_cap_micros >= 0),
      units_in_several_arms bigint NOT NULL DEFAULT 0,
      units_without_exposure bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (experiment, phase)
    ) WITH (fillfactor = 50)`,
    `INSERT INTO exp_moments (experiment, phase, variant, ${names.join(', ')})
      SELECT experiment, phase, variant, ${MOMENTS.map(([, sql]) => sql).join(', ')}
      FROM (SELECT *, charged_micros AS capped_micros FROM unit_agg WHERE exposures > 0) AS exposed
      GROUP BY experiment, phase, variant`,
    `INSERT INTO exp_phase (experiment, phase, units_in_several_arms, units_without_exposure)
      SELECT experiment, phase, count(*) FILTER (WHERE arms > 1), count(*) FILTER (WHERE exposures = 0) FROM (
        SELECT experiment, phase, count(*) AS arms, sum(exposures) AS exposures FROM unit_agg
        WHERE exposures > 0 OR impressions > 0 OR clicks > 0 OR conversions > 0 GROUP BY experiment, phase, unit
      ) AS units GROUP BY experiment, phase`,
  ];
}

function validity(): string[] {
  return [
    // Days after its click in which a conversion counts.
    'ALTER TABLE fold_state ADD COLUMN attribution_days int NOT NULL DEFAULT 30 CHECK (attribution_days > 0)',
    // Every folded click by unit and time, which the raw rows, in partitions of days, cannot be searched by.
    `CREATE TABLE unit_click (
      unit text NOT NULL,
      event_time timestamptz NOT NULL,
      prediction_id uuid NOT NULL,
      idx int NOT NULL,
      day date NOT NULL,
      burst boolean NOT NULL DEFAULT false,
      PRIMARY KEY (unit, event_time, prediction_id, idx)
    )`,
    // Candidates with a click or an invalidation, judged before their impression was there.
    `CREATE TABLE unmatched_candidate (
      unit text NOT NULL,
      day date NOT NULL,
      prediction_id uuid NOT NULL,
      idx int NOT NULL,
      PRIMARY KEY (unit, day, prediction_id, idx)
    )`,
    `CREATE VIEW orphaned_conversion AS
      SELECT c.day, c.prediction_id, c.idx, c.conversion_kind, c.conversion_id, c.event_time, c.received_at, c.unit,
        c.ad_id, c.campaign_id, c.charged_micros, c.value_micros
      FROM conversion c WHERE NOT EXISTS (
        SELECT FROM click k WHERE (k.day, k.prediction_id, k.idx) = (c.day, c.prediction_id, c.idx)
      )`,
  ];
}

function seals(): string[] {
  return [
    `CREATE TABLE sealed_day (
      day date PRIMARY KEY,
      reason text NOT NULL,
      sealed_at timestamptz NOT NULL DEFAULT now()
    )`,
    // What the kept sums of a sealed day hold that no raw row backs any more.
    `CREATE TABLE sealed_correction (
      day date NOT NULL REFERENCES sealed_day (day),
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      sums jsonb NOT NULL,
      PRIMARY KEY (day, experiment, phase, variant)
    )`,
  ];
}
