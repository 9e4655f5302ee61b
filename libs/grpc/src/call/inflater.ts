import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { CallError, Code } from './status';

const METHODS = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);
/** As many threads as the platform has for it. */
const MAX_AT_ONCE = 4;

/** What a server reads, as `grpc-accept-encoding` says it. */
export const ENCODINGS = ['identity', ...METHODS.keys()].join(',');

/** Makes compressed messages whole again, on the platform's threads, a few at a time: what comes out is much larger. */
export class Inflater {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * Rejects with {@link CallError}: UNIMPLEMENTED for another encoding, RESOURCE_EXHAUSTED as soon as the message gets
   * larger than `maxBytes`, INTERNAL for bytes that are not of the encoding.
   */
  async inflate(encoding: string | undefined, bytes: Buffer, maxBytes: number): Promise<Buffer> {
    if (encoding === undefined || encoding === 'identity')
      throw new CallError(Code.internal, 'a compressed message without grpc-encoding');
    const method = METHODS.get(encoding);
    if (method === undefined) throw unknownEncoding(encoding);
    if (this.running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await method(bytes, { maxOutputLength: Math.max(1, maxBytes) });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE')
        throw new CallError(Code.resourceExhausted, `at most ${maxBytes} bytes a message, this one has more`);
      throw new CallError(Code.internal, `not ${encoding}: ${message}`);
    } finally {
      // The place goes to the next without being free in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}

/** The refusal of a caller that compresses in a way not read here. */
export function unknownEncoding(encoding: string): CallError {
  return new CallError(Code.unimplemented, `grpc-encoding ${encoding} is not read, only ${ENCODINGS}`, [
    ['grpc-accept-encoding', ENCODINGS],
  ]);
}
