import { BlockReader } from './block-reader';
import type { DecodedHeaders, HeaderPart } from './decoded-headers';
import { HeaderCache } from './header-cache';
import { HeaderGatherer } from './header-gatherer';
import { headerName } from './header-name';
import { HeaderTable } from './header-table';
import { HpackError } from './hpack-error';
import { tableEntry, type TableEntry } from './table-entry';

/** How a field begins, and which bits of that byte hold its index or size; RFC 7541, 6. */
const INDEXED = 0x80;
const INDEXED_MASK = 0x7f;
const ADDED = 0x40;
const ADDED_MASK = 0x3f;
const RESIZE = 0x20;
const RESIZE_MASK = 0x1f;
const LITERAL_MASK = 0x0f;

/** Limits of a {@link HeaderDecoder}. */
export interface HeaderDecoderOptions {
  /** SETTINGS_HEADER_TABLE_SIZE as we told it to the peer: the most bytes its table may take, 4096 or more. */
  readonly maxTableBytes: number;
  /** SETTINGS_MAX_HEADER_LIST_SIZE: the most bytes of names and values in a block, with 32 more for each field. */
  readonly maxListBytes: number;
}

/** Reads the header blocks of one connection, in their order; RFC 7541. */
export class HeaderDecoder {
  private readonly table: HeaderTable;
  private readonly cache = new HeaderCache();
  private readonly reader = new BlockReader();
  private readonly gatherer: HeaderGatherer;

  constructor({ maxTableBytes, maxListBytes }: HeaderDecoderOptions) {
    this.table = new HeaderTable(maxTableBytes);
    this.gatherer = new HeaderGatherer(maxListBytes);
  }

  /** Bytes that the peer's table takes now. */
  get tableBytes(): number {
    return this.table.size;
  }

  /** What the peer has put into its table, newest first. */
  get tableFields(): DecodedHeaders['fields'] {
    return this.table.dynamic.map(({ field }) => field);
  }

  /**
   * Throws {@link HpackError} for a block that breaks the format; no more can be read on this connection then. Nothing
   * of `block` is kept. A request that comes again and again gets the same object from the third time on.
   */
  decode(block: Buffer, part: HeaderPart = 'request'): DecodedHeaders {
    const cached = part === 'request' ? this.cache.get(block) : undefined;
    if (cached !== undefined) return cached;
    const { changes } = this.table;
    const headers = this.read(block, part);
    // The same bytes mean something else once the table is another.
    if (this.table.changes !== changes) this.cache.clear();
    else if (part === 'request') this.cache.put(block, headers);
    return headers;
  }

  private read(block: Buffer, part: HeaderPart): DecodedHeaders {
    const { reader, gatherer } = this;
    let begun = false;
    gatherer.begin(part);
    reader.open(block);
    while (!reader.ended) {
      const first = reader.byte();
      if ((first & (INDEXED | ADDED | RESIZE)) === RESIZE) {
        if (begun) throw new HpackError('the size of the table is changed within a block');
        this.table.resize(reader.integer(first, RESIZE_MASK));
      } else {
        begun = true;
        gatherer.add(this.entry(first));
      }
    }
    reader.close();
    return gatherer.finish();
  }

  private entry(first: number): TableEntry {
    if ((first & INDEXED) !== 0) return this.table.at(this.reader.integer(first, INDEXED_MASK));
    const added = (first & ADDED) !== 0;
    const index = this.reader.integer(first, added ? ADDED_MASK : LITERAL_MASK);
    const name = index === 0 ? headerName(this.reader.text()) : this.table.at(index).name;
    const entry = tableEntry(name, this.reader.text());
    if (added) this.table.add(entry);
    return entry;
  }
}
