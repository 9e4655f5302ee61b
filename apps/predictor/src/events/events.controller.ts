import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { parseBody } from '@adlift/problem';
import type { EventOutcome } from '@adlift/ledger';
import { Credentials } from '../access/credentials';
import { EventObservers } from './event-observers';
import type { EventReport } from './event-report';
import { EventsService, MAX_EVENTS } from './events.service';

const KINDS = ['exposure', 'impression', 'click', 'conversion', 'hide', 'invalidate'] as const;
const isKind = (kind: string): kind is (typeof KINDS)[number] => (KINDS as readonly string[]).includes(kind);

/** Only the envelope is strict: one event with a wrong type must not lose its neighbours. */
const envelope = z.strictObject({
  events: z.array(z.unknown()).max(MAX_EVENTS, `at most ${MAX_EVENTS} events a call`),
});

/** A field that is not known is most likely a misspelt one, whose value would be lost. */
const event = z.strictObject({
  kind: z.string(),
  token: z.string(),
  timeMs: z.int().min(0).default(0),
  position: z.int().default(0),
  followedRank: z.enum(['unknown', 'followed', 'overruled']).default('unknown'),
  viewable: z.enum(['unknown', 'yes', 'no']).default('unknown'),
  chargedMicros: z.int().default(0),
  currency: z.string().default(''),
  conversionId: z.string().default(''),
  conversionKind: z.string().default(''),
  valueMicros: z.int().default(0),
  reason: z.string().default(''),
});

/** `POST /v1/events`: the same as RecordEvents, in JSON. */
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly events: EventsService,
    private readonly credentials: Credentials,
    private readonly observers: EventObservers,
  ) {}

  @Post()
  @HttpCode(200)
  async record(
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ): Promise<{ results: EventOutcome[] }> {
    const caller = this.credentials.identify(authorization);
    const { events } = parseBody(envelope, body);
    const results = new Array<EventOutcome>(events.length);
    const reports: { at: number; report: EventReport }[] = [];
    for (const [at, raw] of events.entries()) {
      const parsed = event.safeParse(raw);
      if (parsed.success) {
        const { kind, ...rest } = parsed.data;
        reports.push({ at, report: { ...rest, kind: isKind(kind) ? kind : undefined } });
      } else {
        const [issue] = parsed.error.issues;
        results[at] = { status: 'rejected', reason: `malformed: ${issue?.path.join('.')}: ${issue?.message}` };
      }
    }
    const outcomes = await this.events.record(
      reports.map(({ report }) => report),
      caller,
    );
    // Only the malformed ones are filled in yet; the service counts the others itself.
    this.observers.recorded(
      results.flatMap((outcome) => [{ kind: 'unknown' as const, outcome, claims: undefined }]),
      performance.now(),
    );
    reports.forEach(({ at }, i) => (results[at] = outcomes[i]));
    return { results };
  }
}
