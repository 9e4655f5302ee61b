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
/** As many are looked at together, whether somebody reads or not. */
const MOST_NOTED = 1_000;
const NANOSECONDS = 1e6;
/** As node:perf_hooks numbers them. */
const KINDS = new Map<unknown, GcKind>([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weak'],
]);

const NO_GC: Readonly<Record<GcKind, number>> = { minor: 0, major: 0, incremental: 0, weak: 0 };

/** Watches how long this thread's event loop does not turn, and how much of that is garbage collection. */
export class EventLoopWatch {
  private readonly delays = createHistogram();
  /** Since the last {@link fold}. */
  private noted: Span[] = [];
  private pauses: Span[] = [];
  /** Since the last look. */
  private longestBesidesGc = 0;
  private gc = NO_GC;
  private readonly observer = new PerformanceObserver((list) => this.collected(list.getEntries()));
  private readonly timer: NodeJS.Timeout;
  private last = performance.now();

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
    this.timer = setInterval(() => this.tick(), PERIOD_MS).unref();
  }

  /** What was seen since the last look. */
  read(): EventLoopDelays {
    this.fold();
    const { delays, longestBesidesGc, gc } = this;
    const read: EventLoopDelays = {
      p50: delays.count === 0 ? 0 : delays.percentile(50) / NANOSECONDS,
      p99: delays.count === 0 ? 0 : delays.percentile(99) / NANOSECONDS,
      longest: delays.count === 0 ? 0 : delays.max / NANOSECONDS,
      longestBesidesGc,
      gc,
    };
    delays.reset();
    this.longestBesidesGc = 0;
    this.gc = NO_GC;
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
    if (delay >= NOTED_MS) this.noted.push({ from, to: now });
    if (this.noted.length >= MOST_NOTED || this.pauses.length >= MOST_NOTED) this.fold();
  }

  /** Sets the noted delays against the pauses that were in them. */
  private fold(): void {
    this.collected(this.observer.takeRecords());
    this.longestBesidesGc = Math.max(this.longestBesidesGc, longestOutside(this.noted, this.pauses));
    this.noted = [];
    this.pauses = [];
  }

  private collected(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { startTime, duration, detail } = entry as PerformanceEntry & { detail?: { kind?: unknown } };
      const kind = KINDS.get(detail?.kind);
      if (kind === undefined) continue;
      this.gc = { ...this.gc, [kind]: Math.max(this.gc[kind], duration) };
      this.pauses.push({ from: startTime, to: startTime + duration });
    }
  }
}

/**
 * The most milliseconds of one of `spans` that lie in none of the `others`, in one walk along both: spans are in order
 * of time, and neither they nor the others overlap among themselves.
 */
export function longestOutside(spans: readonly Span[], others: readonly Span[]): number {
  const sorted = [...others].sort((a, b) => a.from - b.from);
  let longest = 0;
  let first = 0;
  for (const { from, to } of spans) {
    while (first < sorted.length && sorted[first].to <= from) first++;
    let left = to - from;
    for (let at = first; at < sorted.length && sorted[at].from < to; at++) {
      left -= Math.min(to, sorted[at].to) - Math.max(from, sorted[at].from);
    }
    longest = Math.max(longest, left);
  }
  return longest;
}
