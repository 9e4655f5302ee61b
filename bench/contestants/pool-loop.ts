import { ScoringPool, type InputRows, type ScoringJob } from '@adlift/scoring';
import { serveTasks } from '../harness/contestant';
import { quantile } from '../harness/statistics';
import { compileBenchEncoder, variantColumns } from '../model/bench-bundle';

export interface PoolTask {
  readonly batching: boolean;
  /** Callers that each keep one single-row request under way. */
  readonly callers: number;
  readonly seconds: number;
}

export interface PoolResult {
  readonly callsPerSecond: number;
  readonly p50Us: number;
  /** Requests that shared a run, on average. */
  readonly jobsPerRun: number;
}

const [, , digest = '', folder = ''] = process.argv;
const encoder = compileBenchEncoder();
const COLUMNS = Array.from({ length: 64 }, (_, variant) => variantColumns(1, variant));

/** One row on its way through a pool. */
class Row implements ScoringJob {
  readonly rows = 1;
  readonly deadline = Infinity;
  readonly done: Promise<number>;
  private resolve!: (score: number) => void;
  private reject!: (error: Error) => void;

  constructor(private readonly variant: number) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  encode(inputs: InputRows, at: number): void {
    inputs.encode(encoder, COLUMNS[this.variant % COLUMNS.length] ?? new Map(), 1, at, new Uint8Array(1));
  }

  scored(probability: Float32Array): void {
    this.resolve(probability[0] ?? NaN);
  }

  failed(error: Error): void {
    this.reject(error);
  }
}

async function main(): Promise<void> {
  const pools = { on: new ScoringPool({ threads: 1 }), off: new ScoringPool({ threads: 1, batchBudgetMs: 0 }) };
  for (const pool of Object.values(pools)) await pool.load(digest, folder);
  serveTasks(async ({ batching, callers, seconds }: PoolTask): Promise<PoolResult> => {
    const pool = batching ? pools.on : pools.off;
    const { runs, jobs } = { ...pool.host(digest).counts };
    const times: number[] = [];
    const started = performance.now();
    const end = started + seconds * 1000;
    const caller = async (first: number): Promise<void> => {
      for (let i = first, now = performance.now(); now < end; i++) {
        const row = new Row(i);
        pool.submit(digest, row);
        await row.done;
        const then = now;
        now = performance.now();
        times.push(now - then);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, i) => caller(i)));
    const counts = pool.host(digest).counts;
    return {
      callsPerSecond: (times.length / (performance.now() - started)) * 1000,
      p50Us: quantile(times, 0.5) * 1000,
      jobsPerRun: (counts.jobs - jobs) / (counts.runs - runs),
    };
  });
}

void main();
