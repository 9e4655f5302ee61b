import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdServerClient } from '@adlift/client';
import { otlp } from '@adlift/telemetry';
import { predictCall } from '../predictor/predict-call';
import { freePorts } from '../../../tools/stack/free-ports';
import { rows } from '../setup/rows';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';
import { testServers } from '../setup/test-servers';
import { until } from '../setup/until';

const BUILT = join(__dirname, '../../../dist/apps/predictor/src');
const { ExportTraceServiceRequest, ExportTraceServiceResponse } = otlp;

interface Seen {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly durationNs: string;
}

describe('export to an outside backend by the standard variables', () => {
  const received: (Seen & { traceId: string })[] = [];
  let database: TestDatabase;
  let receiver: Server;
  let home: string;
  let predictor: ChildProcess;
  let client: AdServerClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        expect(request.url).toBe('/v1/traces');
        expect(request.headers['content-type']).toBe('application/x-protobuf');
        received.push(...spansOf(Buffer.concat(parts)));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' });
        response.end(ExportTraceServiceResponse.encode({}).finish());
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    const [httpPort = 0, grpcPort = 0] = await freePorts(2);
    home = mkdtempSync(join(tmpdir(), 'adlift-otlp-'));
    const servers = testServers();
    predictor = spawn(process.execPath, ['--require', join(BUILT, 'instrumentation.js'), join(BUILT, 'main.js')], {
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
      env: {
        ...process.env,
        ADLIFT_HOME: home,
        DATABASE_URL: database.url,
        UNLEASH_URL: servers.unleashUrl,
        UNLEASH_CLIENT_TOKEN: servers.unleashClientTokens.production,
        PREDICTOR_HTTP_PORT: String(httpPort),
        PREDICTOR_GRPC_PORT: String(grpcPort),
        ADLIFT_OPEN_ACCESS: 'true',
        ADLIFT_TOKEN_KEYS: `1:${randomBytes(32).toString('base64')}`,
        TRACE_SAMPLE_RATE: '1',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_BSP_SCHEDULE_DELAY: '100',
      },
    });
    await once(predictor, 'message');
    client = new AdServerClient(`127.0.0.1:${grpcPort}`);
  }, 60_000);

  afterAll(async () => {
    client.close();
    if (predictor.exitCode === null) {
      predictor.kill('SIGTERM');
      await once(predictor, 'exit');
    }
    expect(predictor.exitCode).toBe(0);
    receiver.close();
    await database.drop();
    rmSync(home, { recursive: true, force: true });
  }, 30_000);

  it('sends the same spans there as to the trace store', async () => {
    const traceId = randomBytes(16).toString('hex');
    await client.predict(predictCall(), `00-${traceId}-00f067aa0ba902b7-01`);
    const outside = await until('the spans to arrive', () => {
      const spans = received.filter((span) => span.traceId === traceId);
      return spans.some(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7') && spans;
    });
    const stored = await until('the spans to be stored', async () => {
      const found = await rows<Seen>(
        database.url,
        `SELECT span_id AS "spanId", parent_span_id AS "parentSpanId", name, duration_ns::text AS "durationNs"
         FROM span WHERE trace_id = $1`,
        [traceId],
      );
      return found.length === outside.length && found;
    });
    const bySpan = (a: Seen, b: Seen): number => (a.spanId < b.spanId ? -1 : 1);
    expect(outside.map(({ traceId: _traceId, ...span }) => span).sort(bySpan)).toEqual([...stored].sort(bySpan));
    expect(outside.length).toBeGreaterThan(2);
  });
});

function spansOf(body: Buffer): (Seen & { traceId: string })[] {
  const { resourceSpans } = ExportTraceServiceRequest.decode(body);
  const spans = resourceSpans.flatMap(({ scopeSpans }) => (scopeSpans ?? []).flatMap((scope) => scope.spans ?? []));
  const hex = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('hex');
  return spans.map((span) => ({
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    name: span.name ?? '',
    durationNs: String(nanos(span.endTimeUnixNano) - nanos(span.startTimeUnixNano)),
  }));
}

function nanos(value: unknown): bigint {
  return BigInt(String(value));
}
