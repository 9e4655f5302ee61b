import { Controller, Get, Param } from '@nestjs/common';
import type { ShadowReport } from '@adlift/client';
import { ShadowService } from './shadow.service';

/** What shadow variants would have predicted. */
@Controller('v1/experiments')
export class ShadowController {
  constructor(private readonly shadows: ShadowService) {}

  @Get(':key/shadow')
  report(@Param('key') key: string): Promise<ShadowReport> {
    return this.shadows.report(key);
  }
}
