import { Controller, Get, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { telemetry } from './start-telemetry';

/** The part of Fastify's request and reply that is used here. */
interface RawRequest {
  readonly raw: IncomingMessage;
}
interface RawReply {
  readonly raw: ServerResponse;
  hijack(): void;
}

/** `GET /metrics` in the Prometheus text format; names and meanings in docs/metrics.md. */
@Controller('metrics')
export class MetricsController {
  @Get()
  read(@Req() request: RawRequest, @Res() reply: RawReply): void {
    reply.hijack();
    telemetry().prometheus.getMetricsRequestHandler(request.raw, reply.raw);
  }
}
