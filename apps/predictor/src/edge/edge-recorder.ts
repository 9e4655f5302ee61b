import { Injectable, Logger } from '@nestjs/common';
import type { EventOutcome } from '@adlift/ledger';
import { TransientMap } from '@adlift/memory';
import { toDomainError } from '@adlift/problem';
import { ANYONE } from '@adlift/access';
import { EventObservers } from '../events/event-observers';
import type { EventReport } from '../events/event-report';
import { EventsService } from '../events/events.service';
import { EdgeMetrics } from './edge-metrics';
import type { ReadReport } from './edge-report';

/** What a browser is told: an event's outcome, that it is not known yet (`late`), or that the event is lost. */
export interface EdgeOutcome {
  readonly status: EventOutcome['status'] | 'late' | 'lost';
  readonly reason: string;
}

/** How long a browser waits for its event to become durable. */
const PATIENCE_MS = 250;
/** Events that may be under way at once; a burst beyond that is served and counted as lost. */
const MAX_UNDER_WAY = 20_000;
const DRAIN_MS = 2000;

const LATE: EdgeOutcome = { status: 'late', reason: 'not_known_yet' };

/** Records events that browsers report. It never rejects, and never makes a browser wait for long. */
@Injectable()
export class EdgeRecorder {
  private readonly logger = new Logger('edge');
  private readonly underWay = new TransientMap<number, Promise<EdgeOutcome>>((number) => number);
  private recordings = 0;

  constructor(
    private readonly events: EventsService,
    private readonly observers: EventObservers,
    private readonly metrics: EdgeMetrics,
  ) {}

  /** Resolves within {@link PATIENCE_MS}; an event that takes longer is counted when its outcome is known. */
  async record(read: ReadReport): Promise<EdgeOutcome> {
    if ('malformed' in read) return this.refuse(`malformed: ${read.malformed}`);
    const { report } = read;
    if (this.underWay.size >= MAX_UNDER_WAY) return this.lost(report, 'overloaded');
    const recording = this.recorded(report);
    const number = ++this.recordings;
    this.underWay.set(number, recording);
    void recording.then(() => this.underWay.delete(number));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<EdgeOutcome>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, LATE)));
    const outcome = await Promise.race([recording, late]);
    clearTimeout(timer);
    if (outcome === LATE && report.kind !== undefined) this.metrics.late(report.kind);
    return outcome;
  }

  /** Counts what is no event, or not a trustworthy one. */
  refuse(reason: string): EdgeOutcome {
    const outcome = { status: 'rejected' as const, reason };
    this.observers.recorded([{ kind: 'unknown', outcome, claims: undefined }], performance.now());
    return outcome;
  }

  /** Waits for the events under way, but not for a store that is away. */
  async drain(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_MS)));
    await Promise.race([Promise.all(this.underWay.values()), overdue]);
    clearTimeout(timer);
  }

  private async recorded(report: EventReport): Promise<EdgeOutcome> {
    try {
      const [outcome] = await this.events.record([report], ANYONE);
      return outcome;
    } catch (error) {
      const { code } = toDomainError(error);
      if (code === 'internal') this.logger.error(error);
      return this.lost(report, code);
    }
  }

  private lost({ kind }: EventReport, reason: string): EdgeOutcome {
    if (kind !== undefined) this.metrics.lost(kind);
    return { status: 'lost', reason };
  }
}
