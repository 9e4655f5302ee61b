import { Controller, Get, Query } from '@nestjs/common';
import type { RejectedEventPage } from '@adlift/client';
import { RejectedEventService } from './rejected-event.service';
import { parseRejectedQuery } from './rejected-query';

/** `GET /v1/events/rejected`: events that were reported and did not count, and why. */
@Controller('v1/events')
export class RejectedEventController {
  constructor(private readonly rejected: RejectedEventService) {}

  @Get('rejected')
  list(@Query() query: unknown): Promise<RejectedEventPage> {
    return this.rejected.list(parseRejectedQuery(query));
  }
}
