import { setTimeout as delay } from 'node:timers/promises';
import { AdServerClient, type EventMessage } from '@adlift/client';
import { parseKeyRing, TokenSealer } from '@adlift/tokens';
import { proto } from '@adlift/wire';
import { eventsOf } from '../../tools/chaos/chaos-events';
import { serveTasks } from '../harness/contestant';
import type { EventLoadResult, EventLoadTask, EventTarget } from './event-load';

const { EventKind, EventStatus } = proto.v1;
/** Predictions whose events go in one call; about 140 events. */
const PREDICTIONS = 100;
const LANES = 4;
const REFUSED_PAUSE_MS = 20;

/** An ad server that reports events: at a rate, or as fast as they are taken. */
class EventLoad {
  private readonly client: AdServerClient;
  private readonly sealer: TokenSealer;
  private readonly startMs = Date.now();
  private next = 0;

  constructor({ address, key, tokenKeys }: EventTarget) {
    this.client = new AdServerClient(address, key);
    this.sealer = new TokenSealer(parseKeyRing(tokenKeys));
  }

  async run({ perSecond, seconds }: EventLoadTask): Promise<EventLoadResult> {
    const result = { taken: 0, refusedCalls: 0 };
    const started = performance.now();
    const end = started + seconds * 1000;
    let planned = 0;
    const lane = async (): Promise<void> => {
      while (performance.now() < end) {
        const events = this.batch();
        const dueMs = started + (perSecond === 0 ? 0 : (planned * 1000) / perSecond);
        planned += events.length;
        if (dueMs > performance.now()) await delay(dueMs - performance.now());
        if (performance.now() >= end) return;
        await this.send(events, result);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return { ...result, perSecond: (result.taken * 1000) / (performance.now() - started) };
  }

  private async send(events: EventMessage[], result: { taken: number; refusedCalls: number }): Promise<void> {
    try {
      const results = await this.client.recordEvents(events);
      result.taken += results.filter(({ status }) => status === EventStatus.ACCEPTED).length;
    } catch {
      result.refusedCalls++;
      await delay(REFUSED_PAUSE_MS);
    }
  }

  private batch(): EventMessage[] {
    const first = this.next;
    this.next += PREDICTIONS;
    return Array.from({ length: PREDICTIONS }, (_, k) => eventsOf(first + k, this.startMs, this.sealer))
      .flat()
      .map(({ message }) => message)
      .filter(({ kind }) => kind !== EventKind.EXPOSURE);
  }
}

const load = new EventLoad(JSON.parse(process.argv[2] ?? '') as EventTarget);
serveTasks((task: EventLoadTask) => load.run(task));
