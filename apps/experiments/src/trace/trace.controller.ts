import { Controller, Get, Param, Query } from '@nestjs/common';
import { parsePredictionId, parseTraceId, parseTraceQuery } from './trace-query';
import type { TraceView } from './trace-view';
import { TraceService, type TracePage } from './trace.service';

/** Searching and reading traces; their intake is a route of its own. */
@Controller('v1')
export class TraceController {
  constructor(private readonly traces: TraceService) {}

  @Get('traces')
  search(@Query() query: unknown): Promise<TracePage> {
    return this.traces.search(parseTraceQuery(query));
  }

  @Get('traces/:id')
  trace(@Param('id') id: string): Promise<TraceView> {
    return this.traces.trace(parseTraceId(id));
  }

  @Get('predictions/:id/trace')
  traceOfPrediction(@Param('id') id: string): Promise<TraceView> {
    return this.traces.traceOfPrediction(parsePredictionId(id));
  }
}
