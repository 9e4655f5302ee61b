import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Ledger, type StoredNotice } from '@adlift/ledger';
import { OPEN_GATE, SHUT_GATE } from './ingest-database';
import type { Traffic } from './ingest-traffic';

/** Events of one call; so many calls are under way at once. */
const CALL_EVENTS = 500;
const CALLS = 8;
const MAX_SPOOL_BYTES = 1 << 30;
const GRACE_MS = 5000;
/** The writer may be ahead of its pace by so much. */
const SLACK_MS = 50;

/** A predictor's own way of events: by the writing thread out of the spool and into PostgreSQL. */
export class LedgerWriter {
  private records = 0;
  private left = 0;
  private stored: PromiseWithResolvers<void> = Promise.withResolvers();
  private ledger!: Ledger;

  private constructor(private readonly gate: Client) {}

  /** `folder` is where the spool is made. */
  static async open(folder: string, databaseUrl: string): Promise<LedgerWriter> {
    const gate = new Client({ connectionString: databaseUrl });
    await gate.connect();
    const writer = new LedgerWriter(gate);
    const failed = (error: Error): void => writer.stored.reject(error);
    writer.ledger = await Ledger.open({
      file: join(folder, 'ledger.spool'),
      maxBytes: MAX_SPOOL_BYTES,
      databaseUrl,
      onStored: (notice) => writer.heard(notice),
      onAway: (message) => failed(new Error(`PostgreSQL was away: ${message}`)),
      onThreadDied: failed,
    });
    return writer;
  }

  /**
   * Fills the spool while the raw tables are locked; the writer then stands before them with its first batch in hand.
   * Resolves with what lets it through: a function that resolves when the last record is stored, no sooner than
   * `perSecond` of them allow.
   */
  async fill({ events, exposures }: Traffic): Promise<(perSecond?: number) => Promise<void>> {
    await this.gate.query('BEGIN');
    await this.gate.query('LOCK TABLE impression, exposure IN ACCESS EXCLUSIVE MODE');
    this.records = this.left = events.length + exposures.length;
    this.stored = Promise.withResolvers();
    const calls = Math.ceil(events.length / CALL_EVENTS);
    const callExposures = Math.ceil(exposures.length / calls);
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < calls) {
        const call = next++;
        await this.ledger.record(
          events.slice(call * CALL_EVENTS, (call + 1) * CALL_EVENTS),
          exposures.slice(call * callExposures, (call + 1) * callExposures),
        );
      }
    };
    await Promise.all(Array.from({ length: CALLS }, caller));
    return async (perSecond = Infinity) => {
      const started = performance.now();
      const mayGoOn = (): number => started + ((this.records - this.left) / perSecond) * 1000;
      await this.gate.query('COMMIT');
      while (this.left > 0) {
        const aheadMs = mayGoOn() - performance.now();
        if (aheadMs > SLACK_MS) {
          await this.gate.query(SHUT_GATE);
          await delay(Math.max(0, mayGoOn() - performance.now()));
          await this.gate.query(OPEN_GATE);
        }
        await Promise.race([this.stored.promise, delay(SLACK_MS)]);
      }
      await this.stored.promise;
    };
  }

  async close(): Promise<void> {
    await this.ledger.close(GRACE_MS);
    await this.gate.end();
  }

  private heard({ records, duplicates, conflicts, rejected }: StoredNotice): void {
    if (duplicates + conflicts + rejected > 0) this.stored.reject(new Error('an event was not new to the tables'));
    this.left -= records;
    if (this.left === 0) this.stored.resolve();
  }
}
