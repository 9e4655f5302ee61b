import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { TokenClaims } from '@adlift/tokens';
import { LEDGER_POOL } from '../ledger.module';
import type { EventReport } from './event-report';

interface Rejection {
  readonly reason: string;
  readonly kind: string;
  readonly prediction_id: string | null;
  readonly idx: number | null;
  readonly detail: Record<string, unknown>;
}

/** Rejections kept for the list; beyond that a flood of forged events is only counted. */
const MAX_WAITING = 5000;

/** Lists refused events in event_rejected, off the way of the answer: a forger must not make others wait. */
@Injectable()
export class RejectedEvents implements OnApplicationShutdown {
  private waiting: Rejection[] = [];
  private writing: Promise<void> | undefined;
  /** Rejections that were counted but could not be listed. */
  unlisted = 0;

  constructor(@Inject(LEDGER_POOL) private readonly pool: Pool) {}

  list(report: EventReport, claims: TokenClaims | undefined, reason: string): void {
    if (this.waiting.length >= MAX_WAITING) {
      this.unlisted++;
      return;
    }
    this.waiting.push({
      reason,
      kind: report.kind ?? 'unknown',
      prediction_id: claims?.predictionId ?? null,
      idx: claims?.index ?? null,
      detail: {
        timeMs: report.timeMs,
        chargedMicros: report.chargedMicros,
        tokenStart: storable(report.token.slice(0, 24)),
      },
    });
    this.writing ??= this.write().finally(() => (this.writing = undefined));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.pool.query(
          `INSERT INTO event_rejected (status, reason, kind, prediction_id, idx, detail)
           SELECT 'rejected', reason, kind, prediction_id, idx, detail
           FROM jsonb_to_recordset($1) AS r(reason text, kind text, prediction_id uuid, idx int, detail jsonb)`,
          [JSON.stringify(batch)],
        );
      } catch {
        this.unlisted += batch.length;
        return;
      }
    }
  }
}

/** A forged token may hold what jsonb cannot: U+0000 and unpaired surrogates. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
