import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { status } from '@grpc/grpc-js';
import { observe, telemetry } from '@adlift/telemetry';
import { GrpcServer } from './grpc-server';

/** Publishes what the gRPC port counts; names and meanings in docs/metrics.md. */
@Injectable()
export class GrpcMetrics implements OnApplicationBootstrap {
  constructor(private readonly server: GrpcServer) {}

  onApplicationBootstrap(): void {
    const { server } = this;
    const { meter } = telemetry();
    observe('adlift_grpc_connections', 'Open connections of the gRPC port', () => [[server.counts.open, {}]]);
    meter
      .createObservableCounter('adlift_grpc_connections_ended', {
        description: 'Connections that the gRPC port ended by itself, by why',
      })
      .addCallback((result) => {
        for (const [reason, count] of Object.entries(server.counts.ended)) result.observe(count, { reason });
      });
    meter
      .createObservableCounter('adlift_grpc_calls', { description: 'Calls over gRPC, by method and status' })
      .addCallback((result) => {
        for (const { method, code, count } of server.counts.calls)
          result.observe(count, { method, code: status[code] ?? String(code) });
      });
  }
}
