import type { EntityManager } from 'typeorm';

/** Events of one arm since the phase began. */
export interface EventCounts {
  readonly impressions: number;
  readonly clicks: number;
}

/** What ad servers told of one phase, and what of it is kept. */
export interface ComparedTotals {
  /** Whether something was told that cannot be compared yet. */
  readonly waiting: boolean;
  /** When the compared totals were told, the oldest of them, ISO 8601; null while none were compared. */
  readonly toldAt: string | null;
  /** By variant, what was told and what was kept of it; empty while none were compared. */
  readonly arms: Readonly<Record<string, { readonly told: EventCounts; readonly kept: EventCounts }>>;
}

type Row = Record<'variant' | 'impressions' | 'clicks' | 'keptImpressions' | 'keptClicks', string> & { toldAt: Date };

/** The last totals of a phase that were compared. */
export async function comparedTotals(
  manager: EntityManager,
  experiment: string,
  phase: number,
): Promise<ComparedTotals> {
  const rows: (Row & { compared: boolean })[] = await manager.query(
    `SELECT variant, impressions, clicks, kept_impressions AS "keptImpressions", kept_clicks AS "keptClicks",
       reported_at AS "toldAt", stage = 'compared' AS compared
     FROM event_total WHERE experiment = $1 AND phase = $2 ORDER BY variant`,
    [experiment, phase],
  );
  const compared = rows.filter((row) => row.compared);
  const toldMs = compared.map(({ toldAt }) => toldAt.getTime());
  return {
    waiting: compared.length < rows.length,
    toldAt: toldMs.length === 0 ? null : new Date(Math.min(...toldMs)).toISOString(),
    arms: Object.fromEntries(
      compared.map(({ variant, impressions, clicks, keptImpressions, keptClicks }) => [
        variant,
        {
          told: { impressions: Number(impressions), clicks: Number(clicks) },
          kept: { impressions: Number(keptImpressions), clicks: Number(keptClicks) },
        },
      ]),
    ),
  };
}
