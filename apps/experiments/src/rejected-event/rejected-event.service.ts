import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { RejectedEvent, RejectedEventPage, RejectedReport } from '@adlift/client';
import { encodeCursor } from '../paging/page-query';
import type { RejectedQuery } from './rejected-query';

interface Row extends Omit<RejectedEvent, 'receivedAt' | 'replayedAt' | 'report'> {
  readonly receivedAt: Date;
  readonly replayedAt: Date | null;
  readonly report: RejectedReport | null;
}

/** Reads what is listed of events that did not count. */
@Injectable()
export class RejectedEventService {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** A page, the newest first; rows that come meanwhile are before the first page, not twice on a later one. */
  async list({ status, reason, kind, from, to, limit, cursor, replayable }: RejectedQuery): Promise<RejectedEventPage> {
    const rows = await this.source.query<Row[]>(
      `SELECT id, received_at AS "receivedAt", status, reason, kind, prediction_id AS "predictionId", idx AS index, detail,
        replayed_at AS "replayedAt", CASE WHEN $8 THEN report END AS report
      FROM event_rejected
      WHERE ($1::text IS NULL OR status = $1)
        AND ($2::text IS NULL OR reason = $2 OR starts_with(reason, $2 || ':'))
        AND ($3::text IS NULL OR kind = $3)
        AND ($4::timestamptz IS NULL OR received_at >= $4)
        AND ($5::timestamptz IS NULL OR received_at < $5)
        AND ($6::bigint IS NULL OR id < $6)
        AND (NOT $8 OR (report IS NOT NULL AND replayed_at IS NULL))
      ORDER BY id DESC LIMIT $7`,
      [status, reason, kind, from, to, cursor, limit + 1, replayable === 'true'],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      events: shown.map(toEvent),
      nextCursor: last === undefined ? null : encodeCursor(last.id),
    };
  }

  /** Notes that these were sent again and taken. */
  async noteReplayed(ids: readonly string[]): Promise<void> {
    await this.source.query(
      'UPDATE event_rejected SET replayed_at = now() WHERE id = ANY($1) AND replayed_at IS NULL',
      [ids],
    );
  }
}

function toEvent({ receivedAt, replayedAt, report, ...event }: Row): RejectedEvent {
  return {
    receivedAt: receivedAt.toISOString(),
    ...event,
    replayedAt: replayedAt?.toISOString() ?? null,
    // Sent again, it is the event of then and not of now.
    ...(report === null ? {} : { report: { ...report, timeMs: report.timeMs || receivedAt.getTime() } }),
  };
}
