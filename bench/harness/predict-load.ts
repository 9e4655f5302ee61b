import { Client, credentials, Metadata, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { MessageBuffer, WireReader } from '@adlift/wire';
import type { AnswerCheck } from './answer-check';
import type { BenchRequests } from '../model/bench-requests';

const METADATA = new Metadata();
const same = (bytes: Buffer): Buffer => bytes;

/** How one call ended: the encoded PredictResponse, or a gRPC status. `variant` names the body that was sent. */
export type Outcome = { readonly bytes: Buffer; readonly variant: number } | { readonly code: number };

/** Sends one request and resolves when it is answered or refused; it never rejects. */
export type SendOne = (timeoutMs?: number) => Promise<Outcome>;

/** A connection that sends encoded requests and leaves the answers encoded: the load must cost little. */
export class PredictLoad {
  private readonly client: Client;
  private stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  private readonly waiting = new Map<string, (bytes: Buffer) => void>();
  private readonly message = new MessageBuffer();

  constructor(
    address: string,
    private readonly requests: BenchRequests,
  ) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
    });
  }

  /** One Predict call; `timeoutMs` becomes its deadline. */
  readonly unary: SendOne = (timeoutMs) =>
    new Promise((resolve) => {
      const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
      const request = this.requests.next();
      const variant = this.requests.lastVariant;
      this.client.makeUnaryRequest(
        '/adlift.v1.Predictor/Predict',
        same,
        same,
        request,
        METADATA,
        options,
        (error: ServiceError | null, bytes?: Buffer) =>
          resolve(bytes === undefined ? { code: error?.code ?? -1 } : { bytes, variant }),
      );
    });

  /** One message of a long stream. */
  readonly overStream: SendOne = (timeoutMs) => {
    const stream = (this.stream ??= this.open());
    return new Promise((resolve) => {
      const { message } = this;
      message.reset();
      const request = this.requests.next();
      message.bytesField(1, request);
      message.uint(2, timeoutMs === undefined ? 0 : timeoutMs * 1000);
      const variant = this.requests.lastVariant;
      this.waiting.set(this.requests.lastId, (bytes) => resolve(unwrapped(bytes, variant)));
      stream.write(message.toBytes());
    });
  };

  close(): void {
    this.stream?.end();
    this.client.close();
  }

  private open(): ClientDuplexStream<Buffer, Buffer> {
    const stream = this.client.makeBidiStreamRequest('/adlift.v1.Predictor/PredictStream', same, same);
    stream.on('data', (bytes: Buffer) => {
      // The id is the first field; the rest is decoded by nobody.
      const id = bytes.toString('latin1', 2, 2 + (bytes[1] ?? 0));
      const done = this.waiting.get(id);
      this.waiting.delete(id);
      done?.(bytes);
    });
    stream.on('error', () => undefined);
    return stream;
  }
}

/** The answer inside a streamed message, or the status that is there instead. */
function unwrapped(bytes: Buffer, variant: number): Outcome {
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 0x12) {
      const end = reader.delimited();
      return { bytes: bytes.subarray(reader.at, end), variant };
    }
    if (tag === 0x1a) {
      reader.delimited();
      return { code: reader.tag() === 0x08 ? reader.uint32() : -1 };
    }
    reader.skip(tag & 7);
  }
  return { code: -1 };
}

export interface ClosedLoopResult {
  readonly callsPerSecond: number;
  readonly failed: number;
}

/** Share of the answers that a closed loop looks at. */
const LOOKED_AT = 16;

/** Keeps `inFlight` calls under way for `seconds`; with `check` some answers must be the model's own. */
export async function closedLoop(
  send: SendOne,
  inFlight: number,
  seconds: number,
  check?: AnswerCheck,
): Promise<ClosedLoopResult> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let done = 0;
  let failed = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const outcome = await send();
      if (!('bytes' in outcome)) failed++;
      else if (check !== undefined && done % LOOKED_AT === 0) {
        const { marked, right } = check.look(outcome.bytes, outcome.variant);
        if (marked || !right) failed++;
      }
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { callsPerSecond: (done / (performance.now() - started)) * 1000, failed };
}
