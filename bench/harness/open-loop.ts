import { SeededRandom } from '@adlift/training';
import type { AnswerCheck } from './answer-check';
import type { SendOne } from './predict-load';
import { quantile } from './statistics';

/** What became of the calls of one open-loop run. */
export interface OpenLoopResult {
  readonly offered: number;
  /** Answers by the model itself, as the raw session says. */
  readonly fromModel: number;
  /** Answers that say that they come from elsewhere. */
  readonly marked: number;
  /** Answers that are neither: wrong, and not marked. */
  readonly unmarked: number;
  readonly nonFinite: number;
  /** Calls without an answer, by gRPC status. */
  readonly refused: Readonly<Record<number, number>>;
  /** Answers, marked or not, that came within `deadlineMs` of the moment the call was due. */
  readonly inTime: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Calls arrive at `rate` a second whatever the server does, at the moments of a seeded Poisson process. Latencies count
 * from when a call was due, so a server that makes callers wait is not spared. `deadlineMs` goes along with each call.
 */
export async function openLoop(
  send: SendOne,
  check: AnswerCheck,
  { rate, seconds, deadlineMs, seed = 1 }: { rate: number; seconds: number; deadlineMs?: number; seed?: number },
): Promise<OpenLoopResult> {
  const random = new SeededRandom(seed);
  const latencies: number[] = [];
  const counts = { offered: 0, fromModel: 0, marked: 0, unmarked: 0, nonFinite: 0, inTime: 0 };
  const refused: Record<number, number> = {};
  const started = performance.now();
  const end = started + seconds * 1000;
  let due = started;
  const calls: Promise<void>[] = [];
  const call = async (dueAt: number): Promise<void> => {
    const outcome = await send(deadlineMs);
    const tookMs = performance.now() - dueAt;
    if (!('bytes' in outcome)) {
      refused[outcome.code] = (refused[outcome.code] ?? 0) + 1;
      return;
    }
    const { marked, finite, right } = check.look(outcome.bytes, outcome.variant);
    latencies.push(tookMs);
    if (tookMs <= (deadlineMs ?? Infinity)) counts.inTime++;
    if (!finite) counts.nonFinite++;
    if (marked) counts.marked++;
    else if (right) counts.fromModel++;
    else counts.unmarked++;
  };
  while (due < end) {
    while (performance.now() < due) await turn();
    counts.offered++;
    calls.push(call(due));
    due += (-Math.log(1 - random.next()) / rate) * 1000;
  }
  await Promise.all(calls);
  const took = (performance.now() - started) / 1000;
  return { ...counts, refused, seconds: took, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

/** Lets the event loop turn once; timers are too coarse for arrivals. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const SATURATED_P99_MS = 50;
const PROBES = 7;

/**
 * The highest rate, in calls a second, with a p99 under 50 ms, no refusal and every answer from the model, by bisection
 * from `guess` (a closed loop's throughput).
 */
export async function saturation(
  send: SendOne,
  check: AnswerCheck,
  guess: number,
  seconds: number,
  log: (line: string) => void,
): Promise<number> {
  let [low, high] = [0, guess * 1.5];
  let rate = guess * 0.8;
  for (let probe = 0; probe < PROBES; probe++) {
    const result = await openLoop(send, check, { rate, seconds, seed: 100 + probe });
    const holds = result.p99Ms < SATURATED_P99_MS && result.fromModel === result.offered;
    log(
      `  ${rate.toFixed(0)}/s: p99 ${result.p99Ms.toFixed(1)} ms, ${result.fromModel} of ${result.offered} from the model${holds ? '' : ': too many'}`,
    );
    if (holds) low = rate;
    else high = rate;
    rate = (low + high) / 2;
  }
  return low;
}
