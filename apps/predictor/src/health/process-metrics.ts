import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Ledger } from '@adlift/ledger';
import { observe, observeEventLoop } from '@adlift/telemetry';
import { Assigner } from '../routing/assigner';

/** Publishes what is read when somebody looks: what is not durable yet, and the event loop. */
@Injectable()
export class ProcessMetrics implements OnApplicationBootstrap {
  constructor(
    private readonly ledger: Ledger,
    private readonly assigner: Assigner,
  ) {}

  onApplicationBootstrap(): void {
    const { ledger } = this;
    observe('adlift_ledger_pending', 'Rows that are not in PostgreSQL yet, by what they are', () =>
      Object.entries(ledger.pending).map(([what, rows]) => [rows, { what }] as const),
    );
    observe('adlift_ledger_lag_seconds', 'Age of the oldest row that is not in PostgreSQL yet', () => [
      [ledger.lagMs / 1000, {}],
    ]);
    observe('adlift_ledger_unavailable', '1 while PostgreSQL does not take rows', () => [
      [Number(ledger.unavailable), {}],
    ]);
    observe('adlift_ledger_writer_restarts', 'Writing threads started to replace one that had died', () => [
      [ledger.writerRestarts, {}],
    ]);
    observe('adlift_spool_bytes', 'Bytes of the spool, used and at most', () => {
      const { usedBytes, capBytes } = ledger.spoolStats;
      return [
        [usedBytes, { what: 'used' }],
        [capBytes, { what: 'cap' }],
      ];
    });
    observe('adlift_spool_records', 'Records of the spool since the start, by what became of them', () => {
      const { committed, refused, refusedOffers, lostOffers, damaged } = ledger.spoolStats;
      return Object.entries({ committed, refused, refusedOffers, lostOffers, damaged }).map(
        ([what, records]) => [records, { what }] as const,
      );
    });
    observe('adlift_spool_commits', 'Transactions of the spool since the start', () => [
      [ledger.spoolStats.commits, {}],
    ]);
    observe('adlift_spool_restarts', 'Threads of the spool started to replace one that had died', () => [
      [ledger.spoolStats.restarts, {}],
    ]);
    observe(
      'adlift_exposures_unlogged',
      'Units kept out of an experiment because their exposure could not be kept',
      () => [[this.assigner.unloggedExposures, {}]],
    );
    observe('adlift_events_unlisted', 'Rejected events that are counted but not listed', () => [
      [this.ledger.unlisted, {}],
    ]);
    observeEventLoop();
  }
}
