import { experimentDesign } from './experiment-design';
import { experimentSchedule } from './experiment-schedule';
import { nextTurn } from './next-turn';
import { nextRampStep, reachedRampStep } from './ramp';
import type { VerdictNow } from './verdicts';

const NOW = Date.UTC(2026, 10, 28, 12);
const HOUR_MS = 3_600_000;
const at = (hours: number): string => new Date(NOW + hours * HOUR_MS).toISOString();
const design = experimentDesign.parse({
  plannedUnits: 1000,
  variants: [
    { name: 'a', weight: 50, control: true, ctr: 'click@1' },
    { name: 'b', weight: 50, ctr: 'click@2' },
  ],
});
const RAMP = { steps: [{ rollout: 1, holdMinutes: 60 }, { rollout: 10, holdMinutes: 60 }, { rollout: 100 }] };
const FINE: VerdictNow = { verdict: 'keep_running', reasons: ['rpm_undecided:b'], exposedUnits: 999 };
const BAD: VerdictNow = { verdict: 'rollback', reasons: ['rpm_worse:b'], exposedUnits: 999 };
const INVALID: VerdictNow = { verdict: 'invalid', reasons: ['check_failed:sample_ratio'], exposedUnits: 2000 };

type Facts = Parameters<typeof nextTurn>[0];

async function turn(schedule: object, facts: Partial<Facts> = {}, verdict = FINE): Promise<string | undefined> {
  const experiment: Facts = {
    ...{ state: 'running', design, rollout: 1, rampStep: 0, drainUntil: null, drift: null },
    steppedAt: new Date(NOW - HOUR_MS),
    schedule: experimentSchedule.parse(schedule),
    ...facts,
  };
  return (await nextTurn(experiment, NOW, () => Promise.resolve(verdict)))?.action;
}

describe('what is due', () => {
  it('is a start at its time, not before', async () => {
    expect(await turn({ startAt: at(0) }, { state: 'scheduled' })).toBe('start');
    expect(await turn({ startAt: at(0.001) }, { state: 'scheduled' })).toBeUndefined();
  });

  it('is an end at its time, also while it is paused, before anything else', async () => {
    for (const state of ['running', 'paused'] as const)
      expect(await turn({ stopAt: at(0), ramp: RAMP }, { state }, BAD)).toBe('stop');
    expect(await turn({ stopAt: at(1) })).toBeUndefined();
  });

  it('is a conclusion once the windows have drained', async () => {
    expect(await turn({}, { state: 'stopping', drainUntil: new Date(NOW) })).toBe('conclude');
    expect(await turn({}, { state: 'stopping', drainUntil: new Date(NOW + 1) })).toBeUndefined();
  });

  it('is the next step of a ramp after its hold, until the last one', async () => {
    expect(await turn({ ramp: RAMP })).toBe('ramp');
    expect(await turn({ ramp: RAMP }, { steppedAt: new Date(NOW - HOUR_MS + 1) })).toBeUndefined();
    expect(await turn({ ramp: RAMP }, { rollout: 100, rampStep: 2, steppedAt: new Date(0) })).toBeUndefined();
    expect(await turn({ ramp: RAMP }, { state: 'paused' })).toBeUndefined();
  });

  it('is the first further step above a share that was raised by hand, and none while it is lowered', async () => {
    const hour = new Date(NOW - HOUR_MS);
    const raised = { rollout: 40, rampStep: 1, steppedAt: hour };
    const schedule = experimentSchedule.parse({ ramp: RAMP });
    expect(nextRampStep({ schedule, rampStep: 0, rollout: 40 })).toMatchObject({ index: 2, rollout: 100 });
    expect(await turn({ ramp: RAMP }, raised)).toBe('ramp');
    expect(await turn({ ramp: RAMP }, { ...raised, steppedAt: new Date(NOW - HOUR_MS + 1) })).toBeUndefined();
    for (const lowered of [9, 1]) expect(await turn({ ramp: RAMP }, { ...raised, rollout: lowered })).toBeUndefined();
    expect(await turn({ ramp: RAMP }, { rollout: 30, rampStep: 2, steppedAt: hour })).toBeUndefined();
  });

  it('is the first step at once of a plan that begins above the present share', async () => {
    const schedule = experimentSchedule.parse({ ramp: RAMP });
    expect(reachedRampStep(schedule, 0.5)).toBe(-1);
    expect(nextRampStep({ schedule, rampStep: -1, rollout: 0.5 })).toEqual({ index: 0, rollout: 1, heldMinutes: 0 });
    expect(await turn({ ramp: RAMP }, { rollout: 0.5, rampStep: -1, steppedAt: new Date(NOW) })).toBe('ramp');
    expect(reachedRampStep(schedule, 50)).toBe(1);
  });

  it('is no step while a check fails or the flag was changed by hand', async () => {
    expect(await turn({ ramp: RAMP, stopOnPower: true }, {}, INVALID)).toBeUndefined();
    expect(await turn({ ramp: RAMP }, { drift: { since: at(-1), differences: [] } })).toBeUndefined();
  });

  it('is a rollback wherever the ramp is, unless it is not wanted', async () => {
    for (const rollout of [1, 100]) expect(await turn({ ramp: RAMP }, { rollout }, BAD)).toBe('pause');
    expect(await turn({ ramp: { ...RAMP, rollback: false } }, { rollout: 100 }, BAD)).toBeUndefined();
    expect(await turn({ stopOnPower: true }, {}, BAD)).toBeUndefined();
  });

  it('is an end at the planned units, where that was asked for', async () => {
    expect(await turn({ stopOnPower: true }, {}, { ...FINE, exposedUnits: 1000 })).toBe('stop');
    expect(await turn({ stopOnPower: true })).toBeUndefined();
    expect(await turn({}, {}, { ...FINE, exposedUnits: 5000 })).toBeUndefined();
  });

  it('asks for a verdict only where it matters', async () => {
    const verdict = jest.fn(() => Promise.resolve(FINE));
    const facts: Facts = {
      ...{ state: 'running', design, rollout: 1, rampStep: 0, drainUntil: null, drift: null, steppedAt: null },
      schedule: experimentSchedule.parse({ stopAt: at(1) }),
    };
    await nextTurn(facts, NOW, verdict);
    expect(verdict).not.toHaveBeenCalled();
  });
});
