import type { LoadGenerator } from './load-generator';
import type { OpenLoopResult } from './open-loop';

const SATURATED_P99_MS = 50;
const IN_FLIGHT = 12;
const PROBES = 6;
/** A generator later than this was held up itself, and what it saw says nothing of the server. */
const LATE_MS = 5;
const TRIES = 3;

export interface Saturation {
  /** The highest rate that held, in calls a second. */
  readonly rate: number;
  /** Calls a second of a closed loop, for comparison. */
  readonly closedLoopPerSecond: number;
  /** p99 of the generator's own lateness at that rate. */
  readonly generatorLateMs: number;
}

/**
 * The highest rate of an open loop with a p99 under 50 ms, no refusal and every answer from the model, by bisection
 * below what a closed loop reaches. Probes in which the generator itself was late are made again.
 */
export async function saturation(
  load: LoadGenerator,
  seconds: number,
  log: (line: string) => void,
): Promise<Saturation> {
  const { callsPerSecond } = await load.closed({ over: 'unary', inFlight: IN_FLIGHT, seconds, checked: true });
  let held: OpenLoopResult | undefined;
  let [low, high] = [0, callsPerSecond * 1.2];
  let rate = callsPerSecond * 0.9;
  for (let probe = 0; probe < PROBES; probe++) {
    const result = await punctual(load, rate, seconds, 100 + probe);
    const holds = result.p99Ms < SATURATED_P99_MS && result.fromModel === result.offered;
    log(
      `  ${rate.toFixed(0)}/s: p99 ${result.p99Ms.toFixed(1)} ms, generator ${result.generatorLateMs.toFixed(2)} ms late, ${result.fromModel} of ${result.offered} from the model${holds ? '' : ': too many'}`,
    );
    if (holds) [low, held] = [rate, result];
    else high = rate;
    rate = (low + high) / 2;
  }
  if (held === undefined) throw new Error('no rate held: the machine is too busy to measure');
  return { rate: low, closedLoopPerSecond: callsPerSecond, generatorLateMs: held.generatorLateMs };
}

async function punctual(load: LoadGenerator, rate: number, seconds: number, seed: number): Promise<OpenLoopResult> {
  let best: OpenLoopResult | undefined;
  for (let i = 0; i < TRIES; i++) {
    const result = await load.open({ over: 'unary', rate, seconds, seed });
    if (best === undefined || result.generatorLateMs < best.generatorLateMs) best = result;
    if (best.generatorLateMs <= LATE_MS) break;
  }
  return best as OpenLoopResult;
}
