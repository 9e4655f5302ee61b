import { MessageBuffer, WireReader } from '@adlift/wire';
import type { BenchRequests } from '../model/bench-requests';
import { GrpcConnection } from './grpc-connection';
import type { Outcome, SendOne } from './send';

/** Sends encoded Predict requests and leaves the answers encoded: the load must cost little. */
export class PredictLoad {
  private connection: GrpcConnection;
  private stream: ReturnType<GrpcConnection['stream']> | undefined;
  private readonly waiting = new Map<string, (bytes: Buffer) => void>();
  private readonly message = new MessageBuffer();

  constructor(
    private readonly address: string,
    private readonly requests: BenchRequests,
  ) {
    this.connection = new GrpcConnection(address);
  }

  /** One Predict call; `timeoutMs` becomes its deadline. */
  readonly unary: SendOne = async (timeoutMs) => {
    const request = this.requests.next();
    const variant = this.requests.lastVariant;
    if (this.connection.closed) this.connection = new GrpcConnection(this.address);
    const answer = await this.connection.unary('/adlift.v1.Predictor/Predict', request, timeoutMs);
    return 'bytes' in answer ? { bytes: answer.bytes, variant } : answer;
  };

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
      stream.send(message.view());
    });
  };

  private open(): ReturnType<GrpcConnection['stream']> {
    return this.connection.stream('/adlift.v1.Predictor/PredictStream', (bytes) => {
      // The id is the first field; the rest is decoded by nobody.
      const id = bytes.toString('latin1', 2, 2 + (bytes[1] ?? 0));
      const done = this.waiting.get(id);
      this.waiting.delete(id);
      done?.(bytes);
    });
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
