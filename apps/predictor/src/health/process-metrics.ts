import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LedgerWriter } from '@adlift/ledger';
import { observe, observeEventLoop } from '@adlift/telemetry';
import { RejectedEvents } from '../events/rejected-events';
import { Assigner } from '../routing/assigner';

/** Publishes what is read when somebody looks: what is not durable yet, and the event loop. */
@Injectable()
export class ProcessMetrics implements OnApplicationBootstrap {
  constructor(
    private readonly ledger: LedgerWriter,
    private readonly assigner: Assigner,
    private readonly rejected: RejectedEvents,
  ) {}

  onApplicationBootstrap(): void {
    observe('adlift_ledger_pending', 'Rows that are not durable yet, by what they are', () =>
      Object.entries(this.ledger.pending).map(([what, rows]) => [rows, { what }] as const),
    );
    observe('adlift_ledger_lag_seconds', 'Age of the oldest row that is not durable yet', () => [
      [this.ledger.lagMs / 1000, {}],
    ]);
    observe('adlift_ledger_unavailable', '1 while the event store does not take rows', () => [
      [Number(this.ledger.unavailable), {}],
    ]);
    observe(
      'adlift_exposures_unlogged',
      'Units kept out of an experiment because their exposure could not be kept',
      () => [[this.assigner.unloggedExposures, {}]],
    );
    observe('adlift_events_unlisted', 'Rejected events that are counted but not listed', () => [
      [this.rejected.unlisted, {}],
    ]);
    observeEventLoop();
  }
}
