import { Spool, SpoolClosed, SpoolFailed, SpoolFull, type SpoolStats } from '@adlift/spool';
import { StoreUnavailable } from '@adlift/persistence';
import type { Exposure, LedgerEvent } from './ledger-event';
import { LEDGER_STREAMS, type LedgerStream } from './ledger-stream';
import { encodeEvent } from './record/event-record';
import { encodeExposure } from './record/exposure-row';
import type { PredictionRecord } from './record/prediction-record';
import { encodePrediction } from './record/prediction-row';
import { encodeRejection, type Rejection } from './record/rejection';
import type { ShadowScore } from './record/shadow-score';
import { encodeShadowScore } from './record/shadow-row';
import type { StoredNotice } from './writer/writer-protocol';
import { WriterWatch } from './writer/writer-watch';

export interface LedgerOptions {
  /** File of the spool; one process owns it at a time. */
  readonly file: string;
  /** The most the spool may hold, bytes, at least 8 MiB. */
  readonly maxBytes: number;
  /** Where this process writes what it spooled; undefined where others do. */
  readonly databaseUrl: string | undefined;
  /** Told of every batch that is stored. */
  readonly onStored: (notice: StoredNotice) => void;
  /** Told of every failed attempt while the store is away. */
  readonly onAway: (message: string) => void;
  /** Told each time the thread of the spool or the one that writes has died; both are replaced. */
  readonly onThreadDied: (error: Error) => void;
}

/** Rejections that may wait: beyond them a flood of forged events is only counted. */
const MAX_REJECTIONS = 20_000;
const POLL_MS = 20;
/** Age of a record in the spool from which on PostgreSQL counts as away although no attempt has failed yet. */
const HANGING_MS = 15_000;

/**
 * The way of every event, exposure and log row to PostgreSQL: into a durable spool of this machine, whose disk alone
 * anybody waits for, and from there by a thread of its own.
 */
export class Ledger {
  private readonly awayStreams = new Set<LedgerStream>();
  /** Rejections that found no room in the list. */
  unlisted = 0;

  private constructor(
    private readonly spool: Spool<LedgerStream>,
    private writer: WriterWatch | undefined,
  ) {}

  /** Throws SpoolInUse, SpoolFormatError or SpoolFailed when the file cannot be had. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { file, maxBytes, databaseUrl, onStored, onAway, onThreadDied: died } = options;
    const spool = await Spool.open({ file, maxBytes, streams: LEDGER_STREAMS, onFailure: died });
    const ledger = new Ledger(spool, undefined);
    if (databaseUrl === undefined) return ledger;
    ledger.writer = new WriterWatch({
      databaseUrl,
      connect: () => spool.connect(),
      died,
      heard: (notice) => {
        if (notice.type === 'stored') {
          ledger.awayStreams.delete(notice.stream);
          return onStored(notice);
        }
        ledger.awayStreams.add(notice.stream);
        onAway(notice.message);
      },
    });
    return ledger;
  }

  /**
   * Resolves when all of them are durable: they will be counted, each once, whatever happens to this process. Rejects
   * with StoreUnavailable when the spool is full or cannot be written; some may then have been kept.
   */
  async record(events: readonly LedgerEvent[], exposures: readonly Exposure[]): Promise<void> {
    try {
      await Promise.all([
        exposures.length === 0 ? undefined : this.spool.append('exposure', exposures.map(encodeExposure)),
        events.length === 0 ? undefined : this.spool.append('event', events.map(encodeEvent)),
      ]);
    } catch (error) {
      const refused = error instanceof SpoolFull || error instanceof SpoolFailed || error instanceof SpoolClosed;
      throw refused ? new StoreUnavailable(error.message) : error;
    }
  }

  /** Takes an exposure to be durable within milliseconds; false when the spool takes no more. */
  expose(exposure: Exposure): boolean {
    return this.spool.offer('exposure', encodeExposure(exposure));
  }

  /** Takes a row of the prediction log; false when the spool takes no more, or not one as large. */
  log(record: PredictionRecord): boolean {
    return this.spool.offer('prediction', encodePrediction(record));
  }

  /** Takes a shadow score; false when the spool takes no more. */
  shadow(score: ShadowScore): boolean {
    return this.spool.offer('shadow', encodeShadowScore(score));
  }

  /** Takes a rejection to be listed; one that finds no room is counted in {@link unlisted}. */
  reject(rejection: Rejection): void {
    const room = this.spool.backlog('rejection') < MAX_REJECTIONS;
    if (!room || !this.spool.offer('rejection', encodeRejection(rejection))) this.unlisted++;
  }

  /** What is not stored in PostgreSQL yet. What is still in memory counts for each of them, since it may be any. */
  get pending(): { events: number; exposures: number; predictions: number } {
    const { streams, waiting } = this.spool.stats;
    return {
      events: streams.event.records + waiting,
      exposures: streams.exposure.records + waiting,
      predictions: streams.prediction.records + waiting,
    };
  }

  /** Milliseconds that the oldest record has been waiting for PostgreSQL. */
  get lagMs(): number {
    return Math.max(...Object.values(this.spool.stats.streams).map(({ oldestMs }) => oldestMs));
  }

  /** Whether the last attempt to reach PostgreSQL failed, or it has taken nothing for long although there is something. */
  get unavailable(): boolean {
    return this.awayStreams.size > 0 || (this.writer !== undefined && this.lagMs > HANGING_MS);
  }

  /** Whether anything can be kept at all. */
  get spooling(): boolean {
    return this.spool.stats.state === 'open';
  }

  get spoolStats(): SpoolStats<LedgerStream> {
    return this.spool.stats;
  }

  /** Threads that write started to replace a dead one. */
  get writerRestarts(): number {
    return this.writer?.restarts ?? 0;
  }

  /**
   * Writes what waits while PostgreSQL takes it, for at most `graceMs`, and closes the spool. Returns the records left
   * in it, which the next owner of the file writes.
   */
  async close(graceMs: number): Promise<number> {
    const deadline = Date.now() + graceMs;
    while (
      this.writer !== undefined &&
      this.left > 0 &&
      this.awayStreams.size === 0 &&
      this.spooling &&
      Date.now() < deadline
    ) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await this.writer?.end(Math.max(POLL_MS, deadline - Date.now()));
    const { left } = this;
    await this.spool.close();
    return left;
  }

  /** Ends the thread that writes, or that of the spool, as a crash would; for fault tests. */
  killThread(which: 'writer' | 'spool'): Promise<void> {
    return which === 'spool' ? this.spool.killThread() : (this.writer?.kill() ?? Promise.resolve());
  }

  private get left(): number {
    const { streams, waiting } = this.spool.stats;
    return Object.values(streams).reduce((sum, { records }) => sum + records, waiting);
  }
}
