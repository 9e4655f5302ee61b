import { createHistogram, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';

/** From and to in milliseconds of performance.now(). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type GcKind = 'minor' | 'major' | 'incremental' | 'weak';

/** Milliseconds, of one look to the next. */
export interface EventLoopDelays {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** The longest delay when the pauses of the garbage collector in it are not counted. */
  readonly longestBesidesGc: number;
  /** The longest pause of each kind of garbage collection. */
  readonly gc: Readonly<Record<GcKind, number>>;
}

/** Often enough to see what an auction would feel; each tick of an idle process costs some 20 microseconds. */
const PERIOD_MS = 5;
/** Shorter delays are counted but not held against the garbage collector. */
const NOTED_MS = 2;
const MOST_NOTED = 10_000;
const NANOSECONDS = 1e6;
/** As node:perf_hooks numbers them. */
const KINDS = new Map<unknown, GcKind>([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weak'],
]);

/** Watches how long this thread's event loop does not turn, and how much of that is garbage collection. */
export class EventLoopWatch {
  private readonly delays = createHistogram();
  private noted: Span[] = [];
  private pauses: { readonly kind: GcKind; readonly span: Span }[] = [];
  private readonly observer = new PerformanceObserver((list) => this.collected(list.getEntries()));
  private readonly timer: NodeJS.Timeout;
  private last = performance.now();

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
    this.timer = setInterval(() => this.tick(), PERIOD_MS).unref();
  }

  /** What was seen since the last look. */
  read(): EventLoopDelays {
    this.collected(this.observer.takeRecords());
    const { delays, noted, pauses } = this;
    const gc = { minor: 0, major: 0, incremental: 0, weak: 0 };
    for (const { kind, span } of pauses) gc[kind] = Math.max(gc[kind], span.to - span.from);
    const spans = pauses.map(({ span }) => span);
    const read: EventLoopDelays = {
      p50: delays.count === 0 ? 0 : delays.percentile(50) / NANOSECONDS,
      p99: delays.count === 0 ? 0 : delays.percentile(99) / NANOSECONDS,
      longest: delays.count === 0 ? 0 : delays.max / NANOSECONDS,
      longestBesidesGc: noted.reduce((most, delay) => Math.max(most, outside(delay, spans)), 0),
      gc,
    };
    delays.reset();
    this.noted = [];
    this.pauses = [];
    return read;
  }

  stop(): void {
    clearInterval(this.timer);
    this.observer.disconnect();
  }

  private tick(): void {
    const now = performance.now();
    const from = this.last + PERIOD_MS;
    this.last = now;
    const delay = now - from;
    this.delays.record(Math.max(1, Math.round(delay * NANOSECONDS)));
    if (delay >= NOTED_MS && this.noted.length < MOST_NOTED) this.noted.push({ from, to: now });
  }

  private collected(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      if (this.pauses.length >= MOST_NOTED) return;
      const { startTime, duration, detail } = entry as PerformanceEntry & { detail?: { kind?: unknown } };
      const kind = KINDS.get(detail?.kind);
      if (kind !== undefined) this.pauses.push({ kind, span: { from: startTime, to: startTime + duration } });
    }
  }
}

/** Milliseconds of a span that lie in none of the others, which do not overlap. */
export function outside({ from, to }: Span, others: readonly Span[]): number {
  return others.reduce(
    (left, other) => left - Math.max(0, Math.min(to, other.to) - Math.max(from, other.from)),
    to - from,
  );
}
