import { Client, credentials, Metadata, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { MessageBuffer, proto } from '@adlift/wire';
import type { BenchRequests } from '../model/bench-requests';

const { PredictResponse, PredictStreamResponse } = proto.v1;
const METADATA = new Metadata();
const same = (bytes: Buffer): Buffer => bytes;

/** How one call ended. */
export type Outcome = { readonly bytes: Buffer } | { readonly code: number };

/** Sends one request and resolves when it is answered or refused; it never rejects. */
export type SendOne = (timeoutMs?: number) => Promise<Outcome>;

/** A connection that sends encoded requests and leaves the answers encoded: the load must cost little. */
export class PredictLoad {
  private readonly client: Client;
  private stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();
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
      this.client.makeUnaryRequest(
        '/adlift.v1.Predictor/Predict',
        same,
        same,
        this.requests.next(),
        METADATA,
        options,
        (error: ServiceError | null, bytes?: Buffer) =>
          resolve(bytes === undefined ? { code: error?.code ?? -1 } : { bytes }),
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
      this.waiting.set(this.requests.lastId, resolve);
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
      done?.({ bytes });
    });
    stream.on('error', () => undefined);
    return stream;
  }
}

/** The answer inside a successful outcome, decoded. */
export function answerOf(outcome: Outcome): proto.v1.PredictResponse {
  if (!('bytes' in outcome)) throw new Error(`the call failed with status ${outcome.code}`);
  return PredictResponse.decode(outcome.bytes);
}

/** The same of a streamed outcome. */
export function streamedAnswerOf(outcome: Outcome): proto.v1.PredictResponse {
  if (!('bytes' in outcome)) throw new Error(`the call failed with status ${outcome.code}`);
  const { answer, error } = PredictStreamResponse.decode(outcome.bytes);
  if (answer === null || answer === undefined) throw new Error(`the message was refused: ${error?.message}`);
  return answer as proto.v1.PredictResponse;
}

export interface ClosedLoopResult {
  readonly callsPerSecond: number;
  readonly failed: number;
}

/** Keeps `inFlight` calls under way for `seconds`. */
export async function closedLoop(send: SendOne, inFlight: number, seconds: number): Promise<ClosedLoopResult> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let done = 0;
  let failed = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const outcome = await send();
      done++;
      if (!('bytes' in outcome)) failed++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { callsPerSecond: (done / (performance.now() - started)) * 1000, failed };
}
