import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';

/** What units did over some days, by unit; whole numbers. */
export interface UnitHistory {
  readonly days: number;
  /** Units that saw an impression; the arrays hold a random part of them when there are more than {@link MOST_UNITS}. */
  readonly units: number;
  readonly impressions: Float64Array;
  readonly clicks: Float64Array;
  readonly conversions: Float64Array;
  /** Thousandths of the currency's unit: their squares add up exactly. */
  readonly charged: Float64Array;
  /** Units seen for the first time within these days, by day; the oldest first. */
  readonly newUnits: readonly number[];
}

/** Units that are looked at one by one. */
export const MOST_UNITS = 200_000;
const LEAST_UNITS = 100;
const TIMEOUT_MS = 60_000;

type Row = readonly [impressions: string, clicks: string, conversions: string, charged: string];

/** Reads what units did before an experiment, whatever experiments they were in. */
@Injectable()
export class UnitHistoryStore {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Throws `failed_precondition` when hardly any unit saw an impression. */
  async read(days: number): Promise<UnitHistory> {
    return this.source.transaction(async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
      const first = await manager.query<{ units: number }[]>(
        `SELECT count(seen.first_day)::int AS units
         FROM generate_series(current_date - $1::int + 1, current_date, interval '1 day') AS d (day)
         LEFT JOIN (
           SELECT min(day) AS first_day FROM unit_day WHERE day > current_date - $1::int AND impressions > 0 GROUP BY unit
         ) AS seen ON seen.first_day = d.day
         GROUP BY d.day ORDER BY d.day`,
        [days],
      );
      const newUnits = first.map(({ units }) => units);
      const units = newUnits.reduce((sum, count) => sum + count, 0);
      if (units < LEAST_UNITS) throw tooFew(units, days);
      const rows = await manager.query<{ u: Row }[]>(
        `SELECT array[sum(impressions)::text, sum(clicks)::text, sum(conversions)::text,
           round(sum(charged_micros) / 1000)::text] AS u
         FROM unit_day WHERE day > current_date - $1::int GROUP BY unit HAVING sum(impressions) > 0
         ORDER BY hashtextextended(unit, 0) LIMIT $2`,
        [days, MOST_UNITS],
      );
      const column = (index: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(rows, ({ u }) => Number(u[index]));
      return {
        ...{ days, units, newUnits },
        ...{ impressions: column(0), clicks: column(1), conversions: column(2), charged: column(3) },
      };
    });
  }
}

function tooFew(units: number, days: number): DomainError {
  return new DomainError(
    'failed_precondition',
    `${units} units saw an impression in the last ${days} days; planning needs ${LEAST_UNITS}`,
    'days',
  );
}
