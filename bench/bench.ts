/** What a bench prints. */
export interface BenchResult {
  readonly name: string;
  /** In words, with the bound. */
  readonly goal: string;
  /** The measured figure that the goal bounds. */
  readonly value: number;
  readonly ok: boolean;
  readonly rounds: number;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface BenchOptions {
  /** Interleaved rounds that medians are taken of. */
  readonly rounds: number;
  /** Seconds of one contestant in one round. */
  readonly seconds: number;
  /** Reloads over which a bench watches memory. */
  readonly reloads: number;
  /** The fewer of two numbers of impressions that "report" reports on. */
  readonly impressions: number;
  /** Minutes for which "outage" takes PostgreSQL away. */
  readonly minutes: number;
  /** Events that each contestant of "ingest" stores in a round. */
  readonly events: number;
  /** File to which "raw" writes the model, for others to measure. */
  readonly keepModel?: string;
  /** One line of progress. */
  readonly log: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  readonly goal: string;
  run(options: BenchOptions): Promise<BenchResult>;
}
