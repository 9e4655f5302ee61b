import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { AdServerClient } from '@adlift/client';
import { parseKeyRing, TokenSealer } from '@adlift/tokens';
import { proto } from '@adlift/wire';
import { eventsOf, type ChaosEvent } from './chaos-events';
import type { ProducerData, ProducerNotice } from './producer-protocol';

/** Predictions whose events go in one call. */
const PREDICTIONS = 100;
const LANES = 4;
const REMEMBERED = 40;
const RESEND_SHARE = 0.15;
const RETRY_MS = 100;
const { ACCEPTED, DUPLICATE } = proto.v1.EventStatus;

/** An ad server that reports events, and writes down, durably, which of them were acknowledged. */
class Producer {
  private readonly sealer: TokenSealer;
  private readonly file: number;
  private readonly client: AdServerClient;
  private next: number;
  private readonly sent: ChaosEvent[][] = [];
  private stopping = false;
  /** Acknowledged last before a call failed: sent once more, as by an ad server that no longer trusts the answer. */
  private doubted: ChaosEvent[] | undefined;

  constructor(private readonly data: ProducerData) {
    this.sealer = new TokenSealer(parseKeyRing(data.tokenKeys));
    this.file = openSync(data.acknowledged, 'a');
    this.client = new AdServerClient(data.address, data.key);
    this.next = data.first;
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: LANES }, () => this.lane()));
    closeSync(this.file);
    this.client.close();
  }

  stop(): void {
    this.stopping = true;
  }

  private async lane(): Promise<void> {
    while (!this.stopping) {
      const again = this.repeated();
      await this.deliver(again ?? this.fresh(), again === undefined);
    }
  }

  private repeated(): ChaosEvent[] | undefined {
    const { doubted } = this;
    this.doubted = undefined;
    if (doubted !== undefined) return doubted;
    return Math.random() < RESEND_SHARE ? this.sent[Math.floor(Math.random() * this.sent.length)] : undefined;
  }

  private fresh(): ChaosEvent[] {
    const first = this.next;
    this.next += PREDICTIONS;
    // Whoever takes over after a kill must not use these numbers for other events.
    tell({ type: 'begun', through: this.next });
    return Array.from({ length: PREDICTIONS }, (_, k) => eventsOf(first + k, this.data.startMs, this.sealer)).flat();
  }

  /** Sends until it is acknowledged, as an ad server does; after `stop` once more at most. */
  private async deliver(events: ChaosEvent[], isNew: boolean): Promise<void> {
    for (;;) {
      try {
        const results = await this.client.recordEvents(events.map(({ message }) => message));
        const bad = results.find(({ status }) => status !== ACCEPTED && status !== DUPLICATE);
        if (bad !== undefined) throw new RangeError(`an event was refused: ${bad.reason}`);
        if (isNew) this.acknowledged(events);
        return;
      } catch (error) {
        if (error instanceof RangeError) throw error;
        this.doubted ??= this.sent.at(-1);
        tell({ type: 'refused', code: (error as { code?: number }).code ?? -1 });
        if (this.stopping) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (0.5 + Math.random())));
      }
    }
  }

  private acknowledged(events: ChaosEvent[]): void {
    writeSync(this.file, events.map(({ identity }) => `${identity}\n`).join(''));
    fsyncSync(this.file);
    this.sent.push(events);
    if (this.sent.length > REMEMBERED) this.sent.shift();
    tell({ type: 'acknowledged', events: events.length });
  }
}

function tell(notice: ProducerNotice): void {
  process.send?.(notice);
}

const producer = new Producer(JSON.parse(process.argv[2] ?? '') as ProducerData);
process.on('message', () => producer.stop());
process.on('disconnect', () => process.exit(1));
producer.run().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(2);
  },
);
