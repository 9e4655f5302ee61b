import { Controller, Get } from '@nestjs/common';
import { OverviewService, type Overview } from './overview.service';

@Controller('v1')
export class OverviewController {
  constructor(private readonly overviews: OverviewService) {}

  @Get('overview')
  overview(): Promise<Overview> {
    return this.overviews.overview();
  }
}
