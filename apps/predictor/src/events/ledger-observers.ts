import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { Injectable, Logger } from '@nestjs/common';
import type { Damage, MovedNotice, StoredNotice } from '@adlift/ledger';
import { observe, telemetry } from '@adlift/telemetry';

/** A store that stays away is said again after this long. */
const REPEAT_MS = 30_000;

/** Counts and traces what the threads that move records have done, and says when they cannot. */
@Injectable()
export class LedgerObservers {
  private readonly logger = new Logger('ledger');
  private readonly telemetry = telemetry();
  private saidAway = 0;
  private readonly records = this.telemetry.meter.createCounter('adlift_ledger_records', {
    description: 'Records taken out of the spool, by stream and by what became of them',
  });
  private readonly failures = this.telemetry.meter.createCounter('adlift_ledger_failures', {
    description: 'Failed attempts to store what the spool holds',
  });

  private readonly brokered = this.telemetry.meter.createCounter('adlift_broker_records', {
    description: 'Records confirmed by RabbitMQ, and acknowledged to it after their COMMIT, by stream',
  });
  /** Seconds, by what was done to the batch. */
  private readonly brokerLag = { published: 0, consumed: 0 };
  private readonly dead = this.telemetry.meter.createCounter('adlift_broker_dead', {
    description: 'Messages that could not be read and are in the queue adlift.dead',
  });

  constructor() {
    this.records.add(0, { stream: 'event', status: 'accepted' });
    this.failures.add(0);
    this.brokered.add(0, { stream: 'event', what: 'published' });
    this.dead.add(0, { stream: 'event' });
    observe(
      'adlift_broker_lag_seconds',
      'Age of the oldest record of the last batch when RabbitMQ had confirmed it, or had it acknowledged',
      () => Object.entries(this.brokerLag).map(([what, seconds]) => [seconds, { what }] as const),
    );
  }

  stored({ stream, records, duplicates, conflicts, rejected, startedMs, endedMs, decisions }: StoredNotice): void {
    this.saidAway = 0;
    this.records.add(records - duplicates - conflicts - rejected, { stream, status: 'accepted' });
    if (duplicates > 0) this.records.add(duplicates, { stream, status: 'duplicate' });
    if (conflicts > 0) this.records.add(conflicts, { stream, status: 'conflict' });
    if (rejected > 0) {
      this.records.add(rejected, { stream, status: 'rejected' });
      this.logger.error(`the event store refused ${rejected} of ${records} ${stream} records; see event_rejected`);
    }
    const span = this.telemetry.tracer.startSpan(`store ${stream} records`, {
      root: true,
      startTime: startedMs,
      attributes: { 'adlift.rows': records, 'adlift.duplicates': duplicates, 'adlift.rejected': rejected },
      links: decisions.map((decision) => ({
        context: { ...decision, traceFlags: TraceFlags.SAMPLED, isRemote: true },
      })),
    });
    if (rejected > 0) span.setStatus({ code: SpanStatusCode.ERROR, message: `${rejected} refused` });
    span.end(endedMs);
  }

  moved(notice: MovedNotice): void {
    const { type, stream } = notice;
    if (type === 'dead') {
      this.dead.add(1, { stream });
      const { queue, bytes, reason } = notice;
      return this.logger.error(`a message of ${bytes} bytes from ${queue} is in adlift.dead: ${reason}`);
    }
    this.saidAway = 0;
    this.brokered.add(notice.records, { stream, what: type });
    this.brokerLag[type] = notice.lagMs / 1000;
  }

  away(message: string): void {
    this.failures.add(1);
    if (Date.now() - this.saidAway < REPEAT_MS) return;
    this.saidAway = Date.now();
    this.logger.warn(`the event store is away; what comes is kept until it is back: ${message}`);
  }

  damaged({ stream, id, records, reason }: Damage): void {
    this.logger.error(
      `${records} records of the stream "${stream}" are set aside in the spool (batch ${id}): ${reason}`,
    );
  }

  threadDied(error: Error): void {
    this.logger.error(`a thread of the ledger ended and is replaced: ${error.message}`);
  }
}
