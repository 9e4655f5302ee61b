import type { CallContext, CallMethod } from '../call/call';
import type { DuplexHandler } from '../call/duplex-call';
import { Code } from '../call/status';
import type { UnaryHandler } from '../call/unary-call';

/** What every method says of itself. */
export interface MethodOptions {
  /** Bytes of a message; a larger one is refused by its length, before it has come. */
  readonly maxBytes: number;
  /** Throws for a caller that may not use the method; asked before anything of the body is kept. */
  readonly admit?: (call: CallContext) => void;
}

export type MethodHandler =
  | { readonly unary: UnaryHandler; readonly duplex?: undefined }
  | { readonly duplex: DuplexHandler; readonly unary?: undefined };

/** A method that is offered, and how its calls ended. */
export class Method implements CallMethod {
  readonly maxBytes: number;
  /** Ended calls by status code; one that is there from the start is one that an alert can be written for. */
  readonly codes = new Map<number, number>([[Code.ok, 0]]);

  constructor(
    /** `/package.Service/Method`. */
    readonly path: string,
    readonly handler: MethodHandler,
    readonly options: MethodOptions,
  ) {
    this.maxBytes = options.maxBytes;
  }

  ended(code: number): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }
}
