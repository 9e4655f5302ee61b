import { Injectable } from '@nestjs/common';
import type { EventOutcome } from '@adlift/ledger';
import { DomainError } from '@adlift/problem';
import { countFields, proto } from '@adlift/wire';
import { Credentials } from '../access/credentials';
import type { UnaryCall } from '@adlift/grpc';
import { reportFromProto } from './event-report';
import { EventsService, MAX_EVENTS, tooManyEvents } from './events.service';

const { EventStatus, RecordEventsRequest, RecordEventsResponse } = proto.v1;

const STATUS: Record<EventOutcome['status'], proto.v1.EventStatus> = {
  accepted: EventStatus.ACCEPTED,
  duplicate: EventStatus.DUPLICATE,
  conflict: EventStatus.CONFLICT,
  rejected: EventStatus.REJECTED,
};

/** adlift.v1.Events over gRPC. */
@Injectable()
export class EventsGrpc {
  constructor(
    private readonly events: EventsService,
    private readonly credentials: Credentials,
  ) {}

  readonly recordEvents = (call: UnaryCall): Promise<Uint8Array> => {
    const caller = this.credentials.identify(call.header('authorization'));
    const { events } = decode(call.bytes);
    // Not an async function: that would hold the decoded events for as long as the disk takes.
    return this.events.record(events.map(reportFromProto), caller).then(encoded);
  };
}

function encoded(outcomes: readonly EventOutcome[]): Uint8Array {
  const results = outcomes.map(({ status, reason }) => ({ status: STATUS[status], reason }));
  return RecordEventsResponse.encode({ results }).finish();
}

/** Looks how many there are first: a message of tiny events would take long to decode, only to be refused. */
function decode(bytes: Buffer): proto.v1.RecordEventsRequest {
  try {
    if (countFields(bytes, {}, MAX_EVENTS + 1) > MAX_EVENTS) throw tooManyEvents();
    return RecordEventsRequest.decode(bytes);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('invalid_argument', `not a RecordEventsRequest: ${(error as Error).message}`, '(message)');
  }
}
