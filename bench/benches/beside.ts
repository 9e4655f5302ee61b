import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { median } from '../harness/statistics';
import { phasesSummary, watchedPhase, type WatchedPhase } from '../harness/watched-phase';
import { EventLoad, type EventLoadResult } from '../load/event-load';

const N = 50;
const EVENTS = 5000;
const TIMES = 2;
const GAP_MS = 20;
/** Predict calls a second: a quarter of what the processor does when it does nothing else. */
const RATE = 150;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;
const PHASE_SECONDS = 8;

interface Phase extends WatchedPhase {
  readonly events?: EventLoadResult;
}

/** Predict while an ad server reports events to the same process, which spools and writes them too. */
export const beside: Bench = {
  name: 'beside',
  goal: `Predict at ${RATE}/s, n = ${N}, while ${EVENTS} events/s are reported: p99 at most ${TIMES} times that without, event loop never late by more than ${GAP_MS} ms besides garbage collection`,
  async run({ rounds, log }) {
    const stack = await BenchStack.start(log);
    const load = await stack.load(N, 'beside');
    const events = await EventLoad.start(stack.stack);
    try {
      await load.closed({ over: 'unary', inFlight: IN_FLIGHT, seconds: WARM_SECONDS, checked: true });
      await events.run({ perSecond: EVENTS, seconds: WARM_SECONDS });
      const phase = async (seed: number, perSecond: number): Promise<Phase> => {
        const reporting = perSecond === 0 ? undefined : events.run({ perSecond, seconds: PHASE_SECONDS });
        const watched = await watchedPhase(stack, async () => {
          const open = await load.open({ over: 'unary', rate: RATE, seconds: PHASE_SECONDS, seed });
          await reporting;
          return open;
        });
        const reported = await reporting;
        return { ...watched, ...(reported === undefined ? {} : { events: reported }) };
      };
      const idle: Phase[] = [];
      const busy: Phase[] = [];
      for (let seed = 0; seed < rounds; seed++) {
        idle.push(await phase(seed, 0));
        busy.push(await phase(seed, EVENTS));
        const [calm, full] = [idle[seed], busy[seed]];
        log(
          `round ${seed + 1} of ${rounds}: p99 ${full.open.p99Ms.toFixed(2)} ms beside ${full.events?.perSecond.toFixed(0)} events/s, ${calm.open.p99Ms.toFixed(2)} ms without; event loop late by ${full.delays.besidesGcMs.toFixed(1)} and ${calm.delays.besidesGcMs.toFixed(1)} ms`,
        );
      }
      const times = median(busy.map(({ open }, i) => open.p99Ms / idle[i].open.p99Ms));
      const gapMs = median(busy.map(({ delays }) => delays.besidesGcMs));
      const eventsPerSecond = median(busy.map(({ events: reported }) => reported?.perSecond ?? NaN));
      return {
        name: 'beside',
        goal: this.goal,
        value: times,
        ok: times <= TIMES && gapMs <= GAP_MS && eventsPerSecond >= 0.95 * EVENTS,
        rounds,
        details: {
          eventsPerSecond,
          refusedCalls: busy.reduce((sum, { events: reported }) => sum + (reported?.refusedCalls ?? 0), 0),
          busy: phasesSummary(busy),
          idle: phasesSummary(idle),
          ...conditions(stack.model.onnx),
        },
      };
    } finally {
      await Promise.all([load.stop(), events.stop()]);
      await stack.stop();
    }
  },
};
