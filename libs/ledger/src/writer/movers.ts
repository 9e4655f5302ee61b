import type { MessagePort } from 'node:worker_threads';
import type { BrokerOptions } from '../broker/broker-options';
import type { LedgerStream } from '../ledger-stream';
import type { HeldNotice, MovedNotice, StoredNotice, Way, WriterData, WriterNotice } from './writer-protocol';
import { WriterWatch } from './writer-watch';

export interface MoversOptions {
  readonly databaseUrl: string | undefined;
  readonly broker?: BrokerOptions | undefined;
  /** A new end of the spool. */
  readonly connect: () => MessagePort;
  readonly onStored: (notice: StoredNotice) => void;
  readonly onMoved?: (notice: MovedNotice) => void;
  readonly onAway: (message: string) => void;
  readonly onThreadDied: (error: Error) => void;
}

/** The threads that move records on, by what this process is for, and what they last said. */
export class Movers {
  private readonly threads: ReadonlyMap<Way, WriterWatch>;
  private readonly awayOn: Record<Way, Set<LedgerStream>> = {
    ...{ store: new Set(), publish: new Set(), consume: new Set() },
  };
  private readonly holding = new Map<LedgerStream, HeldNotice>();

  constructor(private readonly options: MoversOptions) {
    this.threads = new Map(this.plans().map(([way, data]) => [way, this.start(way, data)]));
  }

  /** Whether there is any. */
  get any(): boolean {
    return this.threads.size > 0;
  }

  /** Whether the last attempt of any stream failed. */
  get away(): boolean {
    return Object.values(this.awayOn).some((streams) => streams.size > 0);
  }

  /** Whether what is in the spool is being moved out of it. */
  get emptying(): boolean {
    return (['store', 'publish'] as const).some((way) => this.threads.has(way) && this.awayOn[way].size === 0);
  }

  /** Records that the broker has delivered and that are not stored. */
  held(stream: LedgerStream): number {
    return this.holding.get(stream)?.records ?? 0;
  }

  /** Milliseconds that the oldest of those has waited, from its arrival in a spool; 0 without any. */
  get heldLagMs(): number {
    const now = Date.now();
    return Math.max(0, ...Array.from(this.holding.values(), ({ oldestMs = now }) => now - oldestMs));
  }

  /** Threads started to replace a dead one. */
  get restarts(): number {
    return Array.from(this.threads.values()).reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Resolves when the threads have ended: after what they are at, or after `graceMs` without it. */
  async end(graceMs: number): Promise<void> {
    await Promise.all(Array.from(this.threads.values(), (thread) => thread.end(graceMs)));
  }

  /** Ends the threads as a crash would; for fault tests. */
  async kill(): Promise<void> {
    await Promise.all(Array.from(this.threads.values(), (thread) => thread.kill()));
  }

  /** What each thread is given when it starts. */
  private plans(): [Way, () => WriterData][] {
    const { broker, databaseUrl, connect } = this.options;
    const found: [Way, () => WriterData][] = [];
    if (broker !== undefined) found.push(['publish', () => ({ way: 'publish', broker, spool: connect() })]);
    if (databaseUrl === undefined) return found;
    if (broker === undefined) found.push(['store', () => ({ way: 'store', databaseUrl, spool: connect() })]);
    else found.push(['consume', () => ({ way: 'consume', broker, databaseUrl })]);
    return found;
  }

  private start(way: Way, data: () => WriterData): WriterWatch {
    return new WriterWatch({
      data,
      heard: (notice) => this.heard(way, notice),
      died: this.options.onThreadDied,
    });
  }

  private heard(way: Way, notice: WriterNotice): void {
    const { onStored, onMoved, onAway } = this.options;
    switch (notice.type) {
      case 'away':
        this.awayOn[way].add(notice.stream);
        return onAway(notice.message);
      case 'held':
        this.holding.set(notice.stream, notice);
        if (notice.records === 0) this.awayOn[way].delete(notice.stream);
        return;
      case 'stored':
        this.awayOn[way].delete(notice.stream);
        return onStored(notice);
      case 'consumed':
        this.holding.delete(notice.stream);
        return onMoved?.(notice);
      case 'published':
        this.awayOn[way].delete(notice.stream);
        return onMoved?.(notice);
      case 'dead':
        return onMoved?.(notice);
    }
  }
}
