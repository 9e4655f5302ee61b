import { quantile } from './statistics';

/** Calls a second, and microseconds of CPU and of wall time a call. */
export interface LoopResult {
  readonly callsPerSecond: number;
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Does one call after another for `seconds`, and says how many and at what cost. */
export async function timedLoop(seconds: number, call: (i: number) => Promise<void>): Promise<LoopResult> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  const end = started + seconds * 1000;
  let last = started;
  for (let i = 0; last < end; i++) {
    await call(i);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    callsPerSecond: (times.length / (last - started)) * 1000,
    cpuUs: (user + system) / times.length,
    p50Us: quantile(times, 0.5) * 1000,
    p99Us: quantile(times, 0.99) * 1000,
  };
}
