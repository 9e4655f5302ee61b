import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checkBlob } from './blob';
import { FileRoom, pagesOf } from './file-room';
import { FreshBatches } from './fresh-batches';
import { openDatabase } from './open-database';
import { removeOwnerNote } from './owner-note';
import type { Backlog } from './figures';
import type { NewBatch, ReadBatch, ReadLimit, StoredBatch } from './spool-batch';
import { SQLITE_CORRUPT, sqliteCode, unlessFull } from './sqlite-code';

type MaybeDamaged = ReadBatch & { readonly damage?: string };

/** Half a second of 30 MB a second: a reader that keeps up is at what came while it stored the batch before. */
const FRESH_BYTES = 16 << 20;
const NOT_DAMAGED = 'id NOT IN (SELECT id FROM damaged)';

/** The file of a spool. Every call waits for the disk, so all of them belong in a thread of their own. */
export class SpoolFile {
  readonly room: FileRoom;
  /** Per stream what waits to be removed; streams that were never seen are absent. */
  readonly backlogs = new Map<string, Backlog>();
  /** Records in batches that were set aside. */
  damagedRecords = 0;
  private commits = 0;
  private readonly fresh: FreshBatches;
  private readonly db: DatabaseSync;
  private readonly insert: StatementSync;
  private readonly next: StatementSync;
  private readonly nextId: StatementSync;
  private readonly oldest: StatementSync;
  private readonly setAside: StatementSync;
  private readonly erase: StatementSync;

  /** `freshBytes`: of batches that are held in memory as well. Throws as {@link openDatabase} does. */
  constructor(
    private readonly path: string,
    maxBytes: number,
    freshBytes = FRESH_BYTES,
  ) {
    this.db = openDatabase(path, maxBytes);
    this.room = new FileRoom(this.db, path, maxBytes);
    this.room.prepare();
    const ofStream = `FROM batch WHERE stream = ? AND id > ? AND ${NOT_DAMAGED} ORDER BY id LIMIT 1`;
    this.insert = this.db.prepare('INSERT INTO batch (stream, records, arrived_ms, blob) VALUES (?, ?, ?, ?)');
    this.next = this.db.prepare(`SELECT id, records, arrived_ms, blob ${ofStream}`);
    this.nextId = this.db.prepare(`SELECT id, records ${ofStream}`);
    this.oldest = this.db.prepare(`SELECT arrived_ms ${ofStream}`);
    this.setAside = this.db.prepare('INSERT INTO damaged VALUES (?, ?, ?, ?, ?)');
    this.erase = this.db.prepare('DELETE FROM batch WHERE id = ? RETURNING stream, records');
    this.count();
    const lastId = Number(this.db.prepare('SELECT max(id) AS id FROM batch').get()?.id ?? 0);
    this.fresh = new FreshBatches(freshBytes, lastId);
  }

  /** Times the disk was asked to sync since the file was opened. */
  get syncs(): number {
    return this.commits + this.room.syncs;
  }

  /** Keeps all batches, on disk when it returns, or none: false when there is no room. Throws when the disk fails. */
  append(batches: readonly NewBatch[]): boolean {
    if (!this.room.make(batches.reduce((pages, { blob }) => pages + pagesOf(blob.byteLength), 0))) return false;
    let ids: number[] = [];
    const kept = this.transaction(() => {
      ids = batches.map(({ stream, records, arrivedMs, blob }) =>
        Number(this.insert.run(stream, records, arrivedMs, blob).lastInsertRowid),
      );
    });
    if (!kept) return false;
    batches.forEach(({ stream, records, arrivedMs, blob }, at) => {
      const { records: before, oldestMs } = this.backlogOf(stream);
      this.backlogs.set(stream, { records: before + records, oldestMs: before === 0 ? arrivedMs : oldestMs });
      this.fresh.keep({ id: ids[at], stream, records, arrivedMs, blob });
    });
    return true;
  }

  /** The oldest batches of a stream. What does not read as it was written is set aside and never given. */
  read(stream: string, limit: ReadLimit): StoredBatch[] {
    const batches: StoredBatch[] = [];
    let { after = 0 } = limit;
    let records = 0;
    let bytes = 0;
    for (;;) {
      const fresh = this.fresh.find(stream, after);
      const batch: MaybeDamaged | undefined = fresh ?? this.readNext(stream, after);
      if (batch === undefined) return batches;
      after = batch.id;
      if (batch.damage !== undefined) {
        this.putAside(stream, batch.id, batch.records, batch.damage);
        continue;
      }
      records += batch.records;
      bytes += batch.blob.byteLength;
      if (batches.length > 0 && (records > limit.records || bytes > limit.bytes)) return batches;
      if (fresh !== undefined) this.fresh.forget(fresh);
      batches.push({ id: batch.id, arrivedMs: batch.arrivedMs, blob: batch.blob });
      if (records >= limit.records || bytes >= limit.bytes) return batches;
    }
  }

  /** Removes batches; those that are gone already are no error. False when even that finds no room on the disk. */
  remove(ids: readonly number[]): boolean {
    const removed = new Map<string, number>();
    const removeAll = (): void => {
      removed.clear();
      for (const id of ids) {
        const row = this.erase.get(id) as { stream: string; records: number } | undefined;
        if (row !== undefined) removed.set(row.stream, (removed.get(row.stream) ?? 0) + row.records);
      }
    };
    if (this.transaction(removeAll)) {
      for (const [stream, records] of removed) this.lessen(stream, records);
      return true;
    }
    // On a full disk the log has no more than it had, so what needs too much of it is done in parts.
    const half = ids.length >> 1;
    return half > 0 && this.remove(ids.slice(0, half)) && this.remove(ids.slice(half));
  }

  /** Gives the file up; another owner can have it. */
  close(): void {
    removeOwnerNote(this.path);
    this.db.close();
  }

  private backlogOf(stream: string): Backlog {
    return this.backlogs.get(stream) ?? { records: 0, oldestMs: 0 };
  }

  private count(): void {
    const sums = this.db.prepare(
      `SELECT stream, sum(records) AS records FROM batch WHERE ${NOT_DAMAGED} GROUP BY stream`,
    );
    for (const row of sums.all() as { stream: string; records: number }[]) {
      this.backlogs.set(row.stream, { records: row.records, oldestMs: this.oldestOf(row.stream) });
    }
    this.damagedRecords = Number(this.db.prepare('SELECT total(records) AS sum FROM damaged').get()?.sum);
  }

  private oldestOf(stream: string): number {
    return Number(this.oldest.get(stream, 0)?.arrived_ms ?? 0);
  }

  private lessen(stream: string, records: number): void {
    const left = this.backlogOf(stream).records - records;
    this.backlogs.set(stream, { records: left, oldestMs: this.oldestOf(stream) });
  }

  private readNext(stream: string, after: number): MaybeDamaged | undefined {
    try {
      const row = this.next.get(stream, after) as
        { id: number; records: number; arrived_ms: number; blob: Uint8Array<ArrayBuffer> } | undefined;
      if (row === undefined) return undefined;
      const batch = { id: row.id, records: row.records, arrivedMs: row.arrived_ms, blob: row.blob };
      const damage = damageOf(row.blob);
      return damage === undefined ? batch : { ...batch, damage };
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_CORRUPT) throw error;
      // The index still knows the batch whose pages are torn.
      const row = this.nextId.get(stream, after) as { id: number; records: number } | undefined;
      if (row === undefined) return undefined;
      return { ...row, arrivedMs: 0, blob: new Uint8Array(), damage: (error as Error).message };
    }
  }

  private putAside(stream: string, id: number, records: number, reason: string): void {
    // When the disk is too full even to note it, the batch is passed over now and found again by the next reader.
    if (!this.transaction(() => void this.setAside.run(id, stream, records, Date.now(), reason))) return;
    this.damagedRecords += records;
    this.lessen(stream, records);
  }

  /** Runs `work` in a transaction that is on disk when this returns true; false when the disk was full. */
  private transaction(work: () => void): boolean {
    if (unlessFull(() => this.attempt(work))) return true;
    // What did not fit may have been the log alone, which is written from its beginning after this.
    return this.room.checkpoint() && unlessFull(() => this.attempt(work));
  }

  private attempt(work: () => void): void {
    this.commits++;
    try {
      this.db.exec('BEGIN IMMEDIATE');
      work();
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }
}

function damageOf(blob: Uint8Array): string | undefined {
  try {
    checkBlob(blob);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
