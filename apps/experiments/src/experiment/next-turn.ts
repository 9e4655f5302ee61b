import type { ExperimentEntity } from './experiment.entity';
import { nextRampStep } from './ramp';
import type { VerdictNow } from './verdicts';

/** What is to be done with an experiment by itself, and why. */
export interface Turn {
  readonly action: 'start' | 'pause' | 'ramp' | 'stop' | 'conclude';
  readonly reason: string;
}

type Facts = Pick<
  ExperimentEntity,
  'state' | 'schedule' | 'design' | 'rollout' | 'rampStep' | 'steppedAt' | 'drainUntil' | 'drift'
>;

const MINUTE_MS = 60_000;

/**
 * Decides what an experiment's schedule asks for at the time `nowMs`; undefined when nothing is due. `verdict` is asked
 * only where it matters. Ending comes before rolling back, rolling back before growing; a ramp rests while the checks
 * fail and while Unleash says what it was not told.
 */
export async function nextTurn(
  experiment: Facts,
  nowMs: number,
  verdict: () => Promise<VerdictNow>,
): Promise<Turn | undefined> {
  const { state, schedule, drainUntil } = experiment;
  const passed = (time: string | undefined): boolean => time !== undefined && Date.parse(time) <= nowMs;
  if (state === 'scheduled')
    return passed(schedule.startAt) ? { action: 'start', reason: 'its time has come' } : undefined;
  if (state === 'stopping') {
    const drained = drainUntil !== null && drainUntil.getTime() <= nowMs;
    return drained ? { action: 'conclude', reason: 'its windows have drained' } : undefined;
  }
  if (passed(schedule.stopAt)) return { action: 'stop', reason: `it ends at ${schedule.stopAt}` };
  if (state !== 'running' || (schedule.ramp === undefined && !schedule.stopOnPower)) return undefined;
  return turnByVerdict(experiment, nowMs, await verdict());
}

function turnByVerdict(
  { schedule, design, rollout, rampStep, steppedAt, drift }: Facts,
  nowMs: number,
  { verdict, reasons, exposedUnits }: VerdictNow,
): Turn | undefined {
  const { ramp, stopOnPower } = schedule;
  if (ramp?.rollback === true && verdict === 'rollback')
    return { action: 'pause', reason: `rolled back: ${reasons.join(', ')}` };
  if (verdict === 'invalid' || drift !== null) return undefined;
  if (stopOnPower && exposedUnits >= design.plannedUnits)
    return { action: 'stop', reason: `${exposedUnits} of ${design.plannedUnits} planned units were exposed` };
  const next = nextRampStep({ schedule, rampStep, rollout });
  if (next === undefined || steppedAt === null) return undefined;
  const held = nowMs - steppedAt.getTime() >= next.heldMinutes * MINUTE_MS;
  return held ? { action: 'ramp', reason: `${rollout} % was held for ${next.heldMinutes} minutes` } : undefined;
}
