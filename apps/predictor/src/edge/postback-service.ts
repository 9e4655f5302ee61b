import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import type { EventOutcome } from '@adlift/ledger';
import { Credentials } from '../access/credentials';
import type { ReportedKind } from '../events/event-report';
import { EventsService } from '../events/events.service';
import type { EdgeFields } from './edge-fields';
import { postbackReport } from './edge-report';
import { EdgeTrust } from './edge-trust';

/** What a server may report after the fact. */
const EVENTS: Readonly<Record<string, ReportedKind>> = { conversion: 'conversion', invalidate: 'invalidate' };

/** Conversions, refunds and invalidations from other servers, which wait for the outcome and may send again. */
@Injectable()
export class PostbackService {
  constructor(
    private readonly credentials: Credentials,
    private readonly trust: EdgeTrust,
    private readonly events: EventsService,
  ) {}

  /**
   * What became of the event. Throws `unauthenticated` or `permission_denied`, `invalid_argument` naming the field that
   * cannot be read, NotTrusted for a token that does not verify, `unavailable` when nothing can be kept.
   */
  async record(fields: EdgeFields, authorization: string | undefined): Promise<EventOutcome> {
    // Networks that only have a URL to fill in cannot send a header; what their proxies send is not meant for us.
    const header = /^Bearer /i.test(authorization ?? '') ? authorization : undefined;
    const caller = this.credentials.require('postback', header ?? fields.get('key'));
    const event = fields.get('event') ?? 'conversion';
    const kind = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
    if (kind === undefined)
      throw new DomainError('invalid_argument', `event: must be ${Object.keys(EVENTS).join(' or ')}`, 'event');
    const token = fields.get('token') ?? '';
    this.trust.open(token);
    const read = postbackReport(kind, token, fields);
    if ('malformed' in read) {
      const [field] = read.malformed.split(':');
      throw new DomainError('invalid_argument', read.malformed, field);
    }
    const [outcome] = await this.events.record([read.report], caller);
    return outcome;
  }
}
