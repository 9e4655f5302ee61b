import { quantile } from '../harness/statistics';
import type { AnswerCheck } from './answer-check';
import { monotonicMs, type ArrivalPlan, type Arrivals } from './arrivals';
import type { SendOne } from './send';

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
  /** How long after its moment 99 of 100 calls were sent at the latest: what the latencies owe to the generator. */
  readonly generatorLateMs: number;
}

/**
 * Calls arrive at `rate` a second whatever the server does, at the moments of a seeded Poisson process. Latencies count
 * from when a call was due, so a server that makes callers wait is not spared. `deadlineMs` goes along with each call.
 */
export async function openLoop(
  send: SendOne,
  check: AnswerCheck,
  arrivals: Arrivals,
  { deadlineMs, ...plan }: ArrivalPlan & { readonly deadlineMs?: number },
): Promise<OpenLoopResult> {
  const latencies: number[] = [];
  const lates: number[] = [];
  const counts = { offered: 0, fromModel: 0, marked: 0, unmarked: 0, nonFinite: 0, inTime: 0 };
  const refused: Record<number, number> = {};
  let underWay = 0;
  let answered: () => void = () => undefined;
  const call = async (dueMs: number): Promise<void> => {
    underWay++;
    counts.offered++;
    lates.push(monotonicMs() - dueMs);
    const outcome = await send(deadlineMs);
    const tookMs = monotonicMs() - dueMs;
    if ('bytes' in outcome) {
      const { marked, finite, right } = check.look(outcome.bytes, outcome.variant);
      latencies.push(tookMs);
      if (tookMs <= (deadlineMs ?? Infinity)) counts.inTime++;
      if (!finite) counts.nonFinite++;
      if (marked) counts.marked++;
      else if (right) counts.fromModel++;
      else counts.unmarked++;
    } else refused[outcome.code] = (refused[outcome.code] ?? 0) + 1;
    if (--underWay === 0) answered();
  };
  const started = monotonicMs();
  await arrivals.run(plan, (dueMs) => void call(dueMs));
  if (underWay > 0) await new Promise<void>((resolve) => (answered = resolve));
  return {
    ...counts,
    refused,
    seconds: (monotonicMs() - started) / 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    generatorLateMs: quantile(lates, 0.99),
  };
}
