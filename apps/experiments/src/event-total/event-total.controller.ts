import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { parseBody } from '@adlift/problem';
import { Actor } from '../access/caller';
import { EventTotals, eventTotals } from './event-totals';

@Controller('v1/events')
export class EventTotalController {
  constructor(private readonly totals: EventTotals) {}

  /** What the ad server has sent of an experiment's present phase, by arm, since the phase began. */
  @Post('totals')
  @HttpCode(204)
  note(@Body() body: unknown, @Actor() actor: string): Promise<void> {
    return this.totals.note(parseBody(eventTotals, body), actor);
  }
}
