import { Injectable } from '@nestjs/common';
import { telemetry } from '@adlift/telemetry';
import type { ReportedKind } from '../events/event-report';

/** Counts what the edge did without its event; names and meanings in docs/metrics.md. */
@Injectable()
export class EdgeMetrics {
  private readonly lostEvents = telemetry().meter.createCounter('adlift_edge_lost', {
    description: 'Events whose browser was served, but that could not be kept',
  });
  private readonly lateEvents = telemetry().meter.createCounter('adlift_edge_late', {
    description: 'Events whose browser was served before it was known what became of them',
  });

  constructor() {
    for (const kind of ['impression', 'click', 'hide']) {
      this.lostEvents.add(0, { kind });
      this.lateEvents.add(0, { kind });
    }
  }

  lost(kind: ReportedKind): void {
    this.lostEvents.add(1, { kind });
  }

  late(kind: ReportedKind): void {
    this.lateEvents.add(1, { kind });
  }
}
