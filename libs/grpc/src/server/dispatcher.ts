import type { Http2Stream } from '../connection/http2-stream';
import type { Accept } from '../connection/session';
import type { DecodedHeaders } from '../hpack/decoded-headers';
import type { CallHost } from '../call/call';
import { DuplexExchange } from '../call/duplex-call';
import { ENCODINGS, unknownEncoding } from '../call/inflater';
import { notACall } from '../call/request-headers';
import { statusOnly } from '../call/response-blocks';
import { CallError, Code } from '../call/status';
import { UnaryExchange } from '../call/unary-call';
import { Method } from './method';

const KNOWN_ENCODINGS = new Set(ENCODINGS.split(','));
const NOTHING = Buffer.alloc(0);

/** Finds the method of each new call and begins it. */
export class Dispatcher {
  private readonly methods = new Map<string, Method>();
  /** Calls of methods that are not offered, and of requests that are no calls. */
  private readonly unknown = new Method('unknown', { unary: () => Promise.resolve(NOTHING) }, { maxBytes: 0 });

  constructor(private readonly host: CallHost) {}

  add(method: Method): void {
    if (this.methods.has(method.path)) throw new Error(`${method.path} is there already`);
    this.methods.set(method.path, method);
  }

  all(): Method[] {
    return [...this.methods.values(), this.unknown];
  }

  readonly accept: Accept = (stream, headers) => {
    const refusal = notACall(headers);
    if (refusal !== undefined) {
      this.unknown.ended(Code.internal);
      return stream.headers(refusal, true);
    }
    const method = this.methods.get(headers.path ?? '') ?? this.unknown;
    try {
      if (method === this.unknown) throw new CallError(Code.unimplemented, `there is no method ${headers.path}`);
      this.begin(method, stream, headers);
    } catch (error) {
      const status = this.host.toStatus(error);
      method.ended(status.code);
      stream.headers(statusOnly(status), true);
    }
  };

  private begin(method: Method, stream: Http2Stream, headers: DecodedHeaders): void {
    const { encoding } = headers;
    if (encoding !== undefined && !KNOWN_ENCODINGS.has(encoding)) throw unknownEncoding(encoding);
    const { handler, options } = method;
    const call =
      handler.unary === undefined
        ? new DuplexExchange(stream, headers, this.host, method)
        : new UnaryExchange(stream, headers, this.host, method, handler.unary);
    stream.receiver = call;
    try {
      options.admit?.(call);
      this.host.deadlines.add(call);
      if (call instanceof DuplexExchange && handler.duplex !== undefined) call.begin(handler.duplex);
      if (stream.remoteEnded) call.data(NOTHING, true);
    } catch (error) {
      call.fail(error);
    }
  }
}
