import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ArmSums } from '@adlift/statistics';

/** What one shadow and one arm said of the same candidates. */
export interface ScoreSums {
  readonly predictions: number;
  readonly candidates: number;
  readonly notFinite: number;
  /** Sums over the other candidates. */
  readonly served: number;
  readonly shadow: number;
  readonly absoluteDifference: number;
}

/** The same for candidates with a valid impression, as exact integers; probabilities and log-losses in 1e-9. */
export interface ShownSums {
  /** Per unit: numerator the log-loss difference, denominator the impressions. */
  readonly loss: ArmSums;
  readonly clicks: bigint;
  readonly served: bigint;
  readonly shadow: bigint;
}

type Row = Record<string, string>;

const SCORES = `
  SELECT s.shadow, s.variant, count(*) AS predictions, sum(c.candidates) AS candidates, sum(c.not_finite) AS not_finite,
    sum(c.served) AS served, sum(c.shadow) AS in_shadow, sum(c.difference) AS difference
  FROM shadow_score s CROSS JOIN LATERAL (
    SELECT count(*) AS candidates, count(*) FILTER (WHERE q = 'NaN') AS not_finite,
      sum(p::float8) FILTER (WHERE q <> 'NaN') AS served, sum(q::float8) FILTER (WHERE q <> 'NaN') AS shadow,
      sum(abs(q::float8 - p::float8)) FILTER (WHERE q <> 'NaN') AS difference
    FROM unnest(s.pctr_served, s.pctr_shadow) AS pair (p, q)
  ) c
  WHERE s.experiment = $1 AND s.phase = $2 GROUP BY s.shadow, s.variant`;

// Unit sums of the loss difference first, so that the impressions of a unit are not taken for independent.
const SHOWN = `
  WITH shown AS (
    SELECT s.shadow, s.variant, i.unit, s.pctr_served[i.idx + 1]::float8 AS p, s.pctr_shadow[i.idx + 1]::float8 AS q,
      EXISTS (
        SELECT FROM click c
        WHERE c.day = i.day AND c.prediction_id = i.prediction_id AND c.idx = i.idx AND c.valid
      ) AS clicked
    FROM shadow_score s JOIN impression i ON i.day = s.day AND i.prediction_id = s.prediction_id AND i.valid
    WHERE s.experiment = $1 AND s.phase = $2
  ), units AS (
    SELECT shadow, variant, unit, count(*)::numeric AS d, count(*) FILTER (WHERE clicked) AS clicks,
      sum(round((1e9 * CASE WHEN clicked THEN ln(p / q) ELSE ln((1 - p) / (1 - q)) END)::numeric)) AS m,
      sum(round((1e9 * p)::numeric)) AS served, sum(round((1e9 * q)::numeric)) AS in_shadow
    FROM shown WHERE q > 0 AND q < 1 AND p > 0 AND p < 1 GROUP BY shadow, variant, unit
  )
  SELECT shadow, variant, count(*) AS units, sum(m) AS m, sum(d) AS d, sum(m * m) AS mm, sum(d * d) AS dd,
    sum(m * d) AS md, count(*) FILTER (WHERE m <> 0) AS with_m, sum(clicks) AS clicks, sum(served) AS served,
    sum(in_shadow) AS in_shadow
  FROM units GROUP BY shadow, variant`;

/** Reads the sums of an experiment's phase by shadow and arm; the key is that of {@link pairKey}. */
@Injectable()
export class ShadowSums {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Of all candidates that were scored. */
  async scores(experiment: string, phase: number): Promise<ReadonlyMap<string, ScoreSums>> {
    const found: Row[] = await this.source.query(SCORES, [experiment, phase]);
    return byPair(found, (row) => ({
      predictions: Number(row['predictions']),
      candidates: Number(row['candidates']),
      notFinite: Number(row['not_finite']),
      served: Number(row['served']),
      shadow: Number(row['in_shadow']),
      absoluteDifference: Number(row['difference']),
    }));
  }

  /** Of candidates that were shown. */
  async shown(experiment: string, phase: number): Promise<ReadonlyMap<string, ShownSums>> {
    const found: Row[] = await this.source.query(SHOWN, [experiment, phase]);
    return byPair(found, (row) => {
      const exact = (column: string): bigint => BigInt(row[column] ?? 0);
      return {
        loss: {
          units: exact('units'),
          sumM: exact('m'),
          sumD: exact('d'),
          sumMM: exact('mm'),
          sumDD: exact('dd'),
          sumMD: exact('md'),
          unitsWithM: exact('with_m'),
        },
        clicks: exact('clicks'),
        served: exact('served'),
        shadow: exact('in_shadow'),
      };
    });
  }
}

/** Names a shadow and the arm it is compared with. */
export function pairKey(shadow: string, variant: string): string {
  return `${shadow}\n${variant}`;
}

function byPair<T>(found: readonly Row[], read: (row: Row) => T): ReadonlyMap<string, T> {
  return new Map(found.map((row) => [pairKey(row['shadow'] ?? '', row['variant'] ?? ''), read(row)]));
}
