const NAMES = [
  'usedBytes',
  'capBytes',
  'commits',
  'committedRecords',
  'syncs',
  'damagedRecords',
  'unclaimedRecords',
] as const;

/** A figure of the file, for which its thread is the only writer. */
export type FigureName = (typeof NAMES)[number];

/** Records of one stream that are durable and were not removed yet. */
export interface Backlog {
  readonly records: number;
  /** Unix milliseconds of the oldest; 0 without records. */
  readonly oldestMs: number;
}

/** Figures in memory shared by the spool's thread and its owner: reading them costs no message. */
export class Figures {
  private readonly values: Float64Array;

  private constructor(readonly memory: SharedArrayBuffer) {
    this.values = new Float64Array(memory);
  }

  static forStreams(streams: number): Figures {
    return new Figures(new SharedArrayBuffer((NAMES.length + 2 * streams) * 8));
  }

  static in(memory: SharedArrayBuffer): Figures {
    return new Figures(memory);
  }

  get(name: FigureName): number {
    return this.values[NAMES.indexOf(name)];
  }

  set(name: FigureName, value: number): void {
    this.values[NAMES.indexOf(name)] = value;
  }

  add(name: FigureName, more: number): void {
    this.values[NAMES.indexOf(name)] += more;
  }

  backlog(stream: number): Backlog {
    const at = NAMES.length + 2 * stream;
    return { records: this.values[at], oldestMs: this.values[at + 1] };
  }

  setBacklog(stream: number, { records, oldestMs }: Backlog): void {
    const at = NAMES.length + 2 * stream;
    this.values[at] = records;
    this.values[at + 1] = oldestMs;
  }
}
