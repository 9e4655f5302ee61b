import type { Pool } from 'pg';
import { inSpan, type SpanTarget } from '@adlift/telemetry';
import { uuidV7Day, uuidV7RandomHex } from '@adlift/wire';
import { AssignmentSets } from './assignment-set';
import { BatchWriter } from '@adlift/persistence';
import type { EventOutcome, Exposure, LedgerEvent } from './ledger-event';
import type { PredictionRecord } from './prediction-record';
import { storeEvents } from './store-events';
import { storeExposures } from './store-exposures';
import { encodePrediction } from './encode-prediction';
import { storePredictions } from './store-predictions';

export interface LedgerWriterOptions {
  readonly pool: Pool;
  /** Exposures that may wait in memory while the store is away. */
  readonly maxPendingExposures: number;
  /** Rows of the prediction log that may wait in memory. */
  readonly maxPendingPredictions: number;
  /** Told of every failed attempt while the store is away. */
  readonly onUnavailable: (error: Error) => void;
  /** Told of an exposure or log row that the database refuses for what it is. */
  readonly onRefused: (what: 'exposure' | 'prediction', error: Error) => void;
}

/** A row of the prediction log as it waits. */
interface LogRow {
  readonly day: string;
  readonly bytes: Uint8Array;
}

const MAX_ROWS = 5000;
const MAX_PREDICTION_ROWS = 1000;
const MAX_PENDING_EVENTS = 50_000;
/** Nobody waits for these rows, and a transaction of many costs little more than one of few. */
const EXPOSURE_LINGER_MS = 100;
const PREDICTION_LINGER_MS = 100;
const MAX_LINKS = 32;

/** The way of every event, exposure and log row into PostgreSQL. */
export class LedgerWriter {
  private readonly sets = new AssignmentSets();
  private readonly events: BatchWriter<LedgerEvent, EventOutcome>;
  private readonly exposures: BatchWriter<Exposure, boolean>;
  private readonly predictions: BatchWriter<LogRow, void>;

  constructor(options: LedgerWriterOptions) {
    const { pool, onUnavailable, onRefused } = options;
    this.events = new BatchWriter<LedgerEvent, EventOutcome>({
      pool,
      onUnavailable,
      maxRows: MAX_ROWS,
      capacity: MAX_PENDING_EVENTS,
      dayOf: ({ claims }) => uuidV7Day(claims.predictionId),
      store: (client, items) =>
        inSpan('store events', { 'adlift.rows': items.length }, decisionsOf(items), () =>
          storeEvents(client, items, this.sets),
        ),
      committed: () => this.sets.committed(),
      refused: (_item, error) => ({ status: 'rejected', reason: `unstorable: ${error.message}` }),
    });
    this.exposures = new BatchWriter<Exposure, boolean>({
      pool,
      onUnavailable,
      maxRows: MAX_ROWS,
      capacity: options.maxPendingExposures,
      lingerMs: EXPOSURE_LINGER_MS,
      dayOf: () => undefined,
      store: (client, items) =>
        inSpan('store exposures', { 'adlift.rows': items.length }, [], () => storeExposures(client, items)),
      refused: (_item, error) => {
        onRefused('exposure', error);
        return false;
      },
    });
    this.predictions = new BatchWriter<LogRow, void>({
      pool,
      onUnavailable,
      maxRows: MAX_PREDICTION_ROWS,
      capacity: options.maxPendingPredictions,
      lingerMs: PREDICTION_LINGER_MS,
      dayOf: ({ day }) => day,
      store: async (client, items) => {
        await inSpan('store predictions', { 'adlift.rows': items.length }, [], () =>
          storePredictions(
            client,
            items.map(({ bytes }) => bytes),
          ),
        );
        return items.map(() => undefined);
      },
      refused: (_item, error) => onRefused('prediction', error),
    });
  }

  /** Resolves with one outcome per event when all are durable. Rejects with StoreUnavailable, nothing stored. */
  recordEvents(events: readonly LedgerEvent[]): Promise<EventOutcome[]> {
    return this.events.write(events);
  }

  /** Resolves when the exposures are durable, with whether each was new. Rejects with StoreUnavailable. */
  recordExposures(exposures: readonly Exposure[]): Promise<boolean[]> {
    return this.exposures.write(exposures);
  }

  /** Takes an exposure to be stored soon, whatever happens to the store meanwhile; false when no more may wait. */
  expose(exposure: Exposure): boolean {
    return this.exposures.offer(exposure);
  }

  /** Takes a row of the prediction log; false when no more may wait. */
  log(record: PredictionRecord): boolean {
    return this.predictions.offer({ day: uuidV7Day(record.predictionId), bytes: encodePrediction(record) });
  }

  /** What is not durable yet. */
  get pending(): { events: number; exposures: number; predictions: number } {
    return {
      events: this.events.pending,
      exposures: this.exposures.pending,
      predictions: this.predictions.pending,
    };
  }

  /** Milliseconds that the oldest row has been waiting. */
  get lagMs(): number {
    return Math.max(this.events.lagMs, this.exposures.lagMs, this.predictions.lagMs);
  }

  /** Whether the last attempt to reach the store failed. */
  get unavailable(): boolean {
    return this.events.unavailable || this.exposures.unavailable || this.predictions.unavailable;
  }

  /** Stores what waits, for at most `graceMs`; returns what was left. */
  async close(graceMs: number): Promise<{ exposures: number; predictions: number }> {
    const [, exposures, predictions] = await Promise.all([
      this.events.close(graceMs),
      this.exposures.close(graceMs),
      this.predictions.close(graceMs),
    ]);
    return { exposures, predictions };
  }
}

/** Root spans of the traced decisions that the events follow from; a span with more links helps nobody. */
function decisionsOf(events: readonly LedgerEvent[]): SpanTarget[] {
  const traced = events.filter(({ claims }) => claims.traceSampled).slice(0, MAX_LINKS);
  return traced.map(({ claims }) => ({ traceId: claims.traceId, spanId: uuidV7RandomHex(claims.predictionId) }));
}
