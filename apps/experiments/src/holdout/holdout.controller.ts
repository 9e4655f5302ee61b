import { Body, Controller, Get, Put } from '@nestjs/common';
import type { HoldoutView } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { Actor } from '../access/caller';
import { holdoutBody } from './holdout-body';
import { HoldoutService } from './holdout.service';

/** `/v1/holdout`: the units that no experiment gets. */
@Controller('v1/holdout')
export class HoldoutController {
  constructor(private readonly holdout: HoldoutService) {}

  @Get()
  view(): Promise<HoldoutView> {
    return this.holdout.view();
  }

  @Put()
  set(@Body() body: unknown, @Actor() actor: string): Promise<HoldoutView> {
    return this.holdout.set(parseBody(holdoutBody, body), actor);
  }
}
