import type { ClientBase } from 'pg';
import { BatchStore, DayClosed, dayText } from '@adlift/persistence';
import type { EventOutcome } from '../ledger-event';
import type { LedgerStream } from '../ledger-stream';
import { EventRecord } from '../record/event-record';
import { dayOfRow } from '../record/row-head';
import { CopyHopes } from './copy-hopes';
import { storeExposures } from './store-exposures';
import { ACCEPTED } from './outcomes';
import { storeEvents } from './store-events';
import { storePredictions } from './store-predictions';
import { listRejections, storeRejections } from './store-rejections';
import { storeShadowScores } from './store-shadow-scores';
import { StoredLists } from './stored-lists';

/** How the records of one stream are stored. */
interface StreamKind {
  /** Days since 2000-01-01 of the daily partition a record goes to; absent for tables without. */
  readonly dayOf?: (record: Uint8Array) => number;
  readonly closedDays?: (client: ClientBase, days: readonly string[]) => Promise<readonly string[]>;
  /** Inside an open transaction; one outcome per record, or nothing when all are `accepted`. */
  readonly store: (client: ClientBase, records: readonly Uint8Array[]) => Promise<EventOutcome[] | void>;
  readonly again?: (error: unknown) => boolean;
  readonly committed?: () => void;
}

/** Bytes of a refused record that are kept to look at. */
const MAX_KEPT_BYTES = 64 << 10;

/**
 * The store of one stream's records. Outcomes are `accepted`, `duplicate`, `conflict`, or `rejected` for a record that
 * the database refuses for what it is, which is listed in event_rejected.
 */
export function streamStore(stream: LedgerStream): BatchStore<Uint8Array, EventOutcome> {
  const { dayOf, closedDays, store, again, committed } = kindOf(stream);
  return new BatchStore<Uint8Array, EventOutcome>({
    dayOf: (record) => (dayOf === undefined ? undefined : dayText(dayOf(record))),
    ...(closedDays === undefined ? {} : { closedDays }),
    store: async (client, records) => (await store(client, records)) ?? records.map(() => ACCEPTED),
    ...(again === undefined ? {} : { again }),
    ...(committed === undefined ? {} : { committed }),
    refused: (record, error, client) => refuse(client, stream, record, error),
  });
}

function kindOf(stream: LedgerStream): StreamKind {
  switch (stream) {
    case 'event': {
      const lists = new StoredLists();
      const hopes = new CopyHopes();
      return {
        dayOf: (record) => new EventRecord(record).day,
        closedDays: daysDropped,
        store: (client, records) => storeEvents(client, records, lists, hopes),
        again: (error) => hopes.inVain(error),
        committed: () => lists.committed(),
      };
    }
    case 'exposure': {
      const hopes = new CopyHopes();
      return {
        store: (client, records) => storeExposures(client, records, hopes),
        again: (error) => hopes.inVain(error),
      };
    }
    case 'prediction':
      return { dayOf: dayOfRow, store: storePredictions };
    case 'shadow':
      return { dayOf: dayOfRow, store: storeShadowScores };
    case 'rejection':
      return { store: storeRejections };
  }
}

/** Days whose events were dropped for their age: what comes of them now may have been counted already. */
async function daysDropped(client: ClientBase, days: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ day: string }>(
    "SELECT day::text AS day FROM sealed_day WHERE reason = 'retention' AND day = ANY($1::date[])",
    [days],
  );
  return rows.map(({ day }) => day);
}

/** Keeps what the database does not take where somebody can look at it. */
async function refuse(
  client: ClientBase,
  stream: LedgerStream,
  record: Uint8Array,
  error: Error,
): Promise<EventOutcome> {
  const reason = error instanceof DayClosed ? error.message : `unstorable: ${error.message}`;
  const kept = Buffer.from(record.subarray(0, MAX_KEPT_BYTES)).toString('base64');
  await listRejections(client, [
    {
      ...{ status: 'rejected', reason, kind: stream, predictionId: null, index: null },
      ...{ detail: { bytes: record.byteLength, record: kept }, report: null, receivedMs: Date.now() },
    },
  ]);
  return { status: 'rejected', reason };
}
