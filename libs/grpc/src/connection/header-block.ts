import { ConnectionError } from '../frames/http2-error';
import { ErrorCode } from '../frames/protocol';

/** A block may come in so many bytes and frames; more is a flood (CVE-2024-27316 and its kin). */
const MAX_BLOCK_BYTES = 1 << 17;
const MAX_CONTINUATIONS = 16;

/** A header block that goes on in CONTINUATION frames (RFC 9113, 6.10); one that does not never comes here. */
export class HeaderBlock {
  /** The stream it is for; 0 while none is open. */
  stream = 0;
  endStream = false;
  /** When it began, as of performance.now(). */
  since = 0;
  private parts: Buffer[] = [];
  private bytes = 0;

  begin(stream: number, endStream: boolean, fragment: Buffer): void {
    this.stream = stream;
    this.endStream = endStream;
    this.since = performance.now();
    this.parts = [Buffer.from(fragment)];
    this.bytes = fragment.length;
  }

  /** Adds a fragment. Throws {@link ConnectionError} when there are too many or too much. */
  add(fragment: Buffer): void {
    this.bytes += fragment.length;
    if (this.bytes > MAX_BLOCK_BYTES || this.parts.push(Buffer.from(fragment)) > MAX_CONTINUATIONS)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'a header block without end');
  }

  /** The whole block; none is open afterwards. */
  end(): Buffer {
    const block = Buffer.concat(this.parts);
    this.stream = 0;
    this.parts = [];
    return block;
  }
}
