import type { AnswerCheck } from './answer-check';
import type { SendOne } from './send';

export interface ClosedLoopResult {
  readonly callsPerSecond: number;
  readonly failed: number;
  /** Microseconds of the generator's own CPU a call: near those of wall time the generator is what limits. */
  readonly generatorCpuUs: number;
}

/** Share of the answers that a closed loop looks at. */
const LOOKED_AT = 16;

/** Keeps `inFlight` calls under way for `seconds`; with `check` some answers must be the model's own. */
export async function closedLoop(
  send: SendOne,
  { inFlight, seconds, check }: { inFlight: number; seconds: number; check?: AnswerCheck },
): Promise<ClosedLoopResult> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const end = started + seconds * 1000;
  let done = 0;
  let failed = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const outcome = await send();
      if (!('bytes' in outcome)) failed++;
      else if (check !== undefined && done % LOOKED_AT === 0) {
        const { marked, right } = check.look(outcome.bytes, outcome.variant);
        if (marked || !right) failed++;
      }
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return {
    callsPerSecond: (done / (performance.now() - started)) * 1000,
    failed,
    generatorCpuUs: (user + system) / done,
  };
}
