import type { ClientBase } from 'pg';
import { decodeRejection, type Rejection } from '../record/rejection';

/** Lists rejections in event_rejected inside the caller's transaction. */
export async function storeRejections(client: ClientBase, records: readonly Uint8Array[]): Promise<void> {
  await listRejections(client, records.map(decodeRejection));
}

export async function listRejections(client: ClientBase, rejections: readonly Rejection[]): Promise<void> {
  await client.query(
    `INSERT INTO event_rejected (received_at, status, reason, kind, prediction_id, idx, detail, report)
     SELECT to_timestamp("receivedMs" / 1000.0), status, reason, kind, "predictionId", "index", detail, report
     FROM jsonb_to_recordset($1) AS r("receivedMs" bigint, status text, reason text, kind text, "predictionId" uuid,
       "index" int, detail jsonb, report jsonb)`,
    [JSON.stringify(rejections)],
  );
}
