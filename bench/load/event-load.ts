import { join } from 'node:path';
import type { RunningStack } from '../../tools/stack/running-stack';
import { Contestant } from '../harness/contestant';
import { LOAD_CORE } from '../harness/processor';

/** Where events are reported, with the keys that their tokens are sealed with. */
export interface EventTarget {
  readonly address: string;
  readonly key: string;
  readonly tokenKeys: string;
}

export interface EventLoadTask {
  /** Events a second; 0: as many as are taken. */
  readonly perSecond: number;
  readonly seconds: number;
}

export interface EventLoadResult {
  /** Events acknowledged as durable. */
  readonly taken: number;
  readonly refusedCalls: number;
  readonly perSecond: number;
}

/** The process that reports events, on the load's processor. */
export class EventLoad {
  private constructor(private readonly process: Contestant<EventLoadTask, EventLoadResult>) {}

  static async start({ secrets, grpcAddress }: RunningStack, address = grpcAddress): Promise<EventLoad> {
    const target: EventTarget = { address, key: secrets.adServerKey, tokenKeys: secrets.tokenKeys };
    const script = join(__dirname, 'event-load-main.js');
    return new EventLoad(await Contestant.startFile(script, [JSON.stringify(target)], LOAD_CORE));
  }

  run(task: EventLoadTask): Promise<EventLoadResult> {
    return this.process.run(task);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
