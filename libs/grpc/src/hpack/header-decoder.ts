import type { DecodedHeaders, HeaderPart } from './decoded-headers';
import { HpackError } from './hpack-error';

/** Limits of a {@link HeaderDecoder}. */
export interface HeaderDecoderOptions {
  /** SETTINGS_HEADER_TABLE_SIZE as we told it to the peer: the most bytes its table may take. */
  readonly maxTableBytes: number;
  /** SETTINGS_MAX_HEADER_LIST_SIZE: the most bytes of names and values in a block, with 32 more for each field. */
  readonly maxListBytes: number;
}

/** Reads the header blocks of one connection, in their order; RFC 7541. */
export class HeaderDecoder {
  constructor(private readonly options: HeaderDecoderOptions) {}

  /** Throws {@link HpackError} for a block that breaks the format. Nothing of `block` is kept. */
  decode(block: Buffer, part: HeaderPart = 'request'): DecodedHeaders {
    throw new HpackError(`no ${part} of ${block.length} bytes within ${this.options.maxListBytes} can be read yet`);
  }
}
