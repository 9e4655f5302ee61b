import { type Damage, Spool, SpoolClosed, SpoolFailed, SpoolFull, type SpoolStats } from '@adlift/spool';
import { StoreUnavailable } from '@adlift/persistence';
import type { BrokerOptions } from './broker/broker-options';
import type { Exposure, LedgerEvent } from './ledger-event';
import { LEDGER_STREAMS, type LedgerStream } from './ledger-stream';
import { encodeEvent } from './record/event-record';
import { encodeExposure } from './record/exposure-row';
import type { PredictionRecord } from './record/prediction-record';
import { encodePrediction } from './record/prediction-row';
import { encodeRejection, type Rejection } from './record/rejection';
import type { ShadowScore } from './record/shadow-score';
import { encodeShadowScore } from './record/shadow-row';
import { Movers } from './writer/movers';
import type { MovedNotice, StoredNotice } from './writer/writer-protocol';

export interface LedgerOptions {
  /** File of the spool; one process owns it at a time. */
  readonly file: string;
  /** The most the spool may hold, bytes, at least 16 MiB. */
  readonly maxBytes: number;
  /** Where this process writes what it spooled, or what the broker has; undefined where others do. */
  readonly databaseUrl: string | undefined;
  /** Where what is spooled goes, for those who write; undefined where it goes to PostgreSQL by itself. */
  readonly broker?: BrokerOptions | undefined;
  /** Told of every batch that is stored. */
  readonly onStored: (notice: StoredNotice) => void;
  /** Told of every batch that went to the broker or came from there, and of messages that cannot be read. */
  readonly onMoved?: (notice: MovedNotice) => void;
  /** Told of every failed attempt while the store, or the broker, is away. */
  readonly onAway: (message: string) => void;
  /** Told each time the thread of the spool or one that moves records has died; all are replaced. */
  readonly onThreadDied: (error: Error) => void;
  /** Told of each batch of the spool that does not read as it was written. */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
}

/** Rejections that may wait: beyond them a flood of forged events is only counted. */
const MAX_REJECTIONS = 20_000;
const POLL_MS = 20;
/** Age of a record from which on whoever is to take it counts as away although no attempt has failed yet. */
const HANGING_MS = 15_000;

/**
 * The way of every event, exposure and log row to PostgreSQL: into a durable spool of this machine, whose disk alone
 * anybody waits for, and from there by threads of their own; past one machine, by way of a broker.
 */
export class Ledger {
  /** Rejections that found no room in the list. */
  unlisted = 0;

  private constructor(
    private readonly spool: Spool<LedgerStream>,
    private readonly movers: Movers,
  ) {}

  /** Throws SpoolInUse, SpoolFormatError or SpoolFailed when the file cannot be had. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { file, maxBytes, onThreadDied, onDamage } = options;
    const spool = await Spool.open({ file, maxBytes, streams: LEDGER_STREAMS, onFailure: onThreadDied, onDamage });
    return new Ledger(spool, new Movers({ ...options, connect: () => spool.connect() }));
  }

  /**
   * Resolves when all of them are durable: they will be counted, each once, whatever happens to this process. Rejects
   * with StoreUnavailable when the spool is full or cannot be written; some may then have been kept.
   */
  record(events: readonly LedgerEvent[], exposures: readonly Exposure[]): Promise<void> {
    // Not an async function: that would hold the events for as long as the disk takes.
    const appended: Promise<void>[] = [];
    if (exposures.length > 0) appended.push(this.spool.append('exposure', exposures.map(encodeExposure)));
    if (events.length > 0) appended.push(this.spool.append('event', events.map(encodeEvent)));
    return durable(appended);
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

  /**
   * What is not stored in PostgreSQL yet, as far as it is here: in the spool, or delivered by the broker. What is still
   * in memory counts for each of them, since it may be any.
   */
  get pending(): { events: number; exposures: number; predictions: number } {
    const { streams, waiting } = this.spool.stats;
    const of = (stream: LedgerStream): number => streams[stream].records + waiting + this.movers.held(stream);
    return { events: of('event'), exposures: of('exposure'), predictions: of('prediction') };
  }

  /** Milliseconds that the oldest record here has been waiting for PostgreSQL, or in a spool for the broker. */
  get lagMs(): number {
    const spooled = Object.values(this.spool.stats.streams).map(({ oldestMs }) => oldestMs);
    return Math.max(this.movers.heldLagMs, ...spooled);
  }

  /**
   * Whether the last attempt to reach PostgreSQL, or the broker, failed, or it has taken nothing for long although
   * there is something.
   */
  get unavailable(): boolean {
    return this.movers.away || (this.movers.any && this.lagMs > HANGING_MS);
  }

  /** Whether anything can be kept at all. */
  get spooling(): boolean {
    return this.spool.stats.state === 'open';
  }

  get spoolStats(): SpoolStats<LedgerStream> {
    return this.spool.stats;
  }

  /** Threads that move records started to replace a dead one. */
  get writerRestarts(): number {
    return this.movers.restarts;
  }

  /**
   * Moves on what waits while PostgreSQL, or the broker, takes it, for at most `graceMs`, and closes the spool. Returns
   * the records left in it, which the next owner of the file moves on.
   */
  async close(graceMs: number): Promise<number> {
    const deadline = Date.now() + graceMs;
    while (this.movers.emptying && this.left > 0 && this.spooling && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await this.movers.end(Math.max(POLL_MS, deadline - Date.now()));
    const { left } = this;
    await this.spool.close();
    return left;
  }

  /** Ends the threads that move records, or that of the spool, as a crash would; for fault tests. */
  async killThread(which: 'writer' | 'spool'): Promise<void> {
    await (which === 'spool' ? this.spool.killThread() : this.movers.kill());
  }

  private get left(): number {
    const { streams, waiting } = this.spool.stats;
    return Object.values(streams).reduce((sum, { records }) => sum + records, waiting);
  }
}

async function durable(appended: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.all(appended);
  } catch (error) {
    const refused = error instanceof SpoolFull || error instanceof SpoolFailed || error instanceof SpoolClosed;
    throw refused ? new StoreUnavailable(error.message) : error;
  }
}
