import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { telemetry, type SpanRecord } from '@adlift/telemetry';
import type { EventOutcome } from '@adlift/ledger';
import type { TokenClaims } from '@adlift/tokens';
import { uuidV7RandomHex } from '@adlift/wire';
import { toEpochNs } from '../trace/decision-spans';
import type { ReportedKind } from './event-report';

/** An event with what became of it; claims only where its token opened and its decision is traced. */
export interface ObservedEvent {
  readonly kind: ReportedKind | 'unknown';
  readonly outcome: EventOutcome;
  readonly claims: TokenClaims | undefined;
}

/** Counts every event, and puts the write of those whose decision is traced into that trace. */
@Injectable()
export class EventObservers {
  /** Events by outcome since the start. */
  readonly counts = { accepted: 0, duplicate: 0, conflict: 0, rejected: 0 };
  private readonly telemetry = telemetry();
  private readonly events = this.telemetry.meter.createCounter('adlift_events', {
    description: 'Events by kind and by what became of them',
  });

  constructor() {
    this.events.add(0, { kind: 'impression', status: 'accepted' });
  }

  /** `startedAt` as of performance.now(), when the call came in. */
  recorded(events: readonly ObservedEvent[], startedAt: number): void {
    const startNs = toEpochNs(startedAt);
    const durationNs = toEpochNs(performance.now()) - startNs;
    const spans: SpanRecord[] = [];
    for (const { kind, outcome, claims } of events) {
      this.counts[outcome.status]++;
      this.events.add(1, { kind, status: outcome.status });
      if (claims?.traceSampled === true) spans.push(this.span(kind, outcome, claims, startNs, durationNs));
    }
    if (spans.length > 0) this.telemetry.sink.accept(spans);
  }

  /** Under the decision's root span, whose id follows from the prediction id that the token carries. */
  private span(
    kind: ObservedEvent['kind'],
    { status, reason }: EventOutcome,
    claims: TokenClaims,
    startNs: bigint,
    durationNs: bigint,
  ): SpanRecord {
    return {
      traceId: claims.traceId,
      spanId: randomBytes(8).toString('hex'),
      parentSpanId: uuidV7RandomHex(claims.predictionId),
      name: `record ${kind}`,
      kind: 'server',
      service: this.telemetry.sink.serviceName,
      startNs,
      durationNs,
      status: status === 'accepted' || status === 'duplicate' ? 'unset' : 'error',
      statusMessage: reason,
      attributes: {
        'adlift.event.kind': kind,
        'adlift.event.status': status,
        'adlift.prediction_id': claims.predictionId,
        'adlift.candidate': claims.index,
      },
      links: [],
      events: [],
    };
  }
}
