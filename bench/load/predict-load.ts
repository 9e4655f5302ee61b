import { WireReader } from '@adlift/wire';
import type { BenchRequests } from '../model/bench-requests';
import { GrpcConnection } from './grpc-connection';
import type { GrpcTarget } from './grpc-headers';
import type { Outcome, SendOne } from './send';

const REQUEST_TAG = 0x0a;
const TIMEOUT_TAG = 0x10;

/** Sends encoded Predict requests and leaves the answers encoded: the load must cost little. */
export class PredictLoad {
  private connection: GrpcConnection;
  private stream: ReturnType<GrpcConnection['stream']> | undefined;
  private readonly waiting = new Map<string, (bytes: Buffer) => void>();

  constructor(
    private readonly target: GrpcTarget,
    private readonly requests: BenchRequests,
  ) {
    this.connection = new GrpcConnection(target);
  }

  /** One Predict call; `timeoutMs` becomes its deadline. */
  readonly unary: SendOne = async (timeoutMs) => {
    const request = this.requests.next();
    const variant = this.requests.lastVariant;
    if (this.connection.closed) this.connection = new GrpcConnection(this.target);
    const answer = await this.connection.unary('/adlift.v1.Predictor/Predict', request, timeoutMs);
    return 'bytes' in answer ? { bytes: answer.bytes, variant } : answer;
  };

  /** One message of a long stream. */
  readonly overStream: SendOne = (timeoutMs) => {
    const stream = (this.stream ??= this.open());
    return new Promise((resolve) => {
      const request = this.requests.next();
      const variant = this.requests.lastVariant;
      this.waiting.set(this.requests.lastId, (bytes) => resolve(unwrapped(bytes, variant)));
      stream.send(streamed(request, timeoutMs ?? 0));
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

/** A request as a message of the stream: field 1 is the request, field 2 the timeout in microseconds. */
function streamed(request: readonly Uint8Array[], timeoutMs: number): Uint8Array[] {
  const length = request.reduce((sum, part) => sum + part.length, 0);
  const timeout = timeoutMs === 0 ? [] : [TIMEOUT_TAG, ...varint(timeoutMs * 1000)];
  return [Buffer.from([...timeout, REQUEST_TAG, ...varint(length)]), ...request];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
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
