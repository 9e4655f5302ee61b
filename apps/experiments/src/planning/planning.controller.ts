import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { AaReport, PowerPlan } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { aaBody, powerBody } from './planning-body';
import { PlanningService } from './planning.service';

/** What is worth asking before an experiment is started. */
@Controller('v1/planning')
export class PlanningController {
  constructor(private readonly planning: PlanningService) {}

  /** How long it takes to see a lift, and which lift can be seen in a time. */
  @Post('power')
  @HttpCode(200)
  power(@Body() body: unknown): Promise<PowerPlan> {
    return this.planning.power(parseBody(powerBody, body ?? {}));
  }

  /** How often a difference would be seen where there is none. */
  @Post('aa')
  @HttpCode(200)
  aa(@Body() body: unknown): Promise<AaReport> {
    return this.planning.aa(parseBody(aaBody, body ?? {}));
  }
}
