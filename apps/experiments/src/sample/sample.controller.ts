import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import type { SamplePage } from '@adlift/client';
import { parseSampleQuery } from './sample-query';
import { SampleService } from './sample.service';
import { samplesCsv } from './samples-csv';

/** `GET /v1/experiments/:key/samples`: the requests behind a cell of the report, and what became of them. */
@Controller('v1/experiments')
export class SampleController {
  constructor(private readonly samples: SampleService) {}

  @Get(':key/samples')
  page(@Param('key') key: string, @Query() query: unknown): Promise<SamplePage> {
    return this.samples.page(key, parseSampleQuery(query));
  }

  @Get(':key/samples.csv')
  @Header('content-type', 'text/csv; charset=utf-8; header=present')
  @Header('content-disposition', 'attachment; filename="samples.csv"')
  async csv(@Param('key') key: string, @Query() query: unknown): Promise<string> {
    return samplesCsv((await this.samples.page(key, parseSampleQuery(query))).samples);
  }
}
