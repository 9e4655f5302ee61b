import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import type { RejectedEventPage } from '@adlift/client';
import { RejectedEventService } from './rejected-event.service';
import { parseRejectedQuery, parseReplayed } from './rejected-query';

/** `GET /v1/events/rejected`: events that were reported and did not count, and why. */
@Controller('v1/events')
export class RejectedEventController {
  constructor(private readonly rejected: RejectedEventService) {}

  @Get('rejected')
  list(@Query() query: unknown): Promise<RejectedEventPage> {
    return this.rejected.list(parseRejectedQuery(query));
  }

  /** Takes those that were sent again from the list of what can be. */
  @Post('rejected/replayed')
  @HttpCode(204)
  noteReplayed(@Body() body: unknown): Promise<void> {
    return this.rejected.noteReplayed(parseReplayed(body));
  }
}
