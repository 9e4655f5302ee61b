import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PAGE_BYTES, SCHEMA_VERSION } from './open-database';
import { unlessFull } from './sqlite-code';

/** Pages that a blob takes beside those full of its bytes: its own leaf and that of the index, and a split of each. */
const PAGES_BESIDE_BLOB = 4;
/** Pages that no append may take, so that removing and setting aside always find room: 512 KiB. */
const RESERVED_PAGES = 64;
/** Pages by which the file grows: 2 MiB. More would keep those waiting who come meanwhile. */
const GROWTH_PAGES = 256;
/** Pages in the write-ahead log from which on they are moved to the file: 4 MiB. */
const CHECKPOINT_PAGES = 512;
const GROW_AGAIN_MS = 1000;

/** The smallest cap that leaves room beside the reserve. */
export const MIN_FILE_BYTES = 8 << 20;

/** Pages that a blob of so many bytes takes at most. */
export function pagesOf(blobBytes: number): number {
  return Math.ceil(blobBytes / (PAGE_BYTES - 4)) + PAGES_BESIDE_BLOB;
}

/**
 * The space of the file. A database in WAL mode finds out that the disk is full when it moves the log into the file,
 * and then can neither go on nor delete. So pages are written to the disk, as zeros, before they are used: an append
 * only goes into pages that the file has already, and what it needs of the log was written before as well.
 */
export class FileRoom {
  /** Times the disk was asked to sync by a checkpoint or while the file grew. */
  syncs = 0;
  private readonly free: StatementSync;
  private readonly pages: StatementSync;
  private readonly passive: StatementSync;
  private readonly logged: StatementSync;
  private readonly fill: StatementSync;
  private readonly folder: string;
  private readonly capPages: number;
  private growAgainMs = 0;

  /** `maxBytes`: the cap, at least {@link MIN_FILE_BYTES}. */
  constructor(
    private readonly db: DatabaseSync,
    file: string,
    maxBytes: number,
  ) {
    this.folder = dirname(file);
    this.capPages = Math.floor(maxBytes / PAGE_BYTES);
    this.free = db.prepare('PRAGMA freelist_count');
    this.pages = db.prepare('PRAGMA page_count');
    this.passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.logged = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.fill = db.prepare('INSERT INTO room VALUES (zeroblob(?))');
  }

  get capBytes(): number {
    return this.capPages * PAGE_BYTES;
  }

  get usedBytes(): number {
    return (this.pageCount - this.freeCount) * PAGE_BYTES;
  }

  /** To be called once, before anything else: throws when the file cannot be written, unless the disk is just full. */
  prepare(): void {
    // The first is a commit in any case; the second undoes what a crash while the file was enlarged has left.
    unlessFull(() => this.db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; DELETE FROM room`));
    this.stretch(Math.min(GROWTH_PAGES, this.capPages - this.pageCount + this.freeCount));
  }

  /** Whether so many pages may be taken now; enlarges the file if that helps. */
  make(pages: number): boolean {
    const needed = pages + RESERVED_PAGES;
    const { pageCount } = this;
    if (pageCount - this.freeCount + needed > this.capPages) return false;
    if (this.freeCount < needed) this.grow(pages);
    return this.freeCount >= needed;
  }

  /** What nobody should wait for: moves a long log into the file, and enlarges a file that is nearly full. */
  tidy(): void {
    const { log, checkpointed } = this.logged.get() as { log: number; checkpointed: number };
    if (log - checkpointed >= CHECKPOINT_PAGES) this.checkpoint();
    if (this.freeCount < RESERVED_PAGES + GROWTH_PAGES / 4) this.grow(0);
  }

  /** Moves the log into the file, so that it is written from its beginning again; false when the disk is full. */
  checkpoint(): boolean {
    this.syncs += 2;
    return unlessFull(() => this.passive.get());
  }

  private get freeCount(): number {
    return Number(this.free.get()?.freelist_count);
  }

  private get pageCount(): number {
    return Number(this.pages.get()?.page_count);
  }

  private grow(pages: number): void {
    const { pageCount, freeCount } = this;
    const more = Math.min(Math.max(GROWTH_PAGES, pages), this.capPages - pageCount);
    if (more <= 0 || performance.now() < this.growAgainMs) return;
    if (!this.stretch(freeCount + more)) this.growAgainMs = performance.now() + GROW_AGAIN_MS;
  }

  /**
   * Has so many pages of the file free and written to the disk, and as many of the log. False when the disk has no
   * room: asked before, because a log that is written and does not fit into the file could not be taken back.
   */
  private stretch(pages: number): boolean {
    const { bavail, bsize } = statfsSync(this.folder);
    const bytes = (pages - PAGES_BESIDE_BLOB) * (PAGE_BYTES - 4);
    if (bavail * bsize < 3 * bytes) return false;
    this.syncs += 2;
    const done = unlessFull(() => this.fill.run(bytes)) && this.checkpoint();
    return unlessFull(() => this.db.exec('DELETE FROM room')) && done;
  }
}
