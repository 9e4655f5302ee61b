import { headerName } from './header-name';
import { HpackError } from './hpack-error';
import { STATIC_TABLE } from './static-table';
import { ENTRY_OVERHEAD, tableEntry, type TableEntry } from './table-entry';

/** Bytes of a table before anybody changes it, RFC 9113, 6.5.2. */
export const FIRST_TABLE_BYTES = 4096;

const fixed: readonly TableEntry[] = STATIC_TABLE.map(([name, value]) => tableEntry(headerName(name), value));

/** The static table and behind it the dynamic one, newest entry first; RFC 7541, 2.3 and 4. */
export class HeaderTable {
  /** How often entries have come or gone: with the same count every index means the same. */
  changes = 0;
  private readonly ring: (TableEntry | undefined)[];
  private readonly mask: number;
  /** Where the newest entry is in the ring. */
  private newest = 0;
  private count = 0;
  private bytes = 0;
  private limit = FIRST_TABLE_BYTES;

  /** `maxBytes`, at least {@link FIRST_TABLE_BYTES}: the most that the peer may widen the table to. */
  constructor(private readonly maxBytes: number) {
    if (maxBytes < FIRST_TABLE_BYTES) throw new RangeError(`a table of at least ${FIRST_TABLE_BYTES} bytes`);
    const slots = 2 ** Math.ceil(Math.log2(maxBytes / ENTRY_OVERHEAD));
    this.ring = new Array<TableEntry | undefined>(slots).fill(undefined);
    this.mask = slots - 1;
  }

  /** Bytes of the dynamic entries, at most `maxBytes`. */
  get size(): number {
    return this.bytes;
  }

  /** The dynamic entries, newest first. */
  get dynamic(): TableEntry[] {
    return Array.from({ length: this.count }, (_, index) => this.at(fixed.length + 1 + index));
  }

  /** Throws {@link HpackError} for an index that is not in use. */
  at(index: number): TableEntry {
    const back = index - 1 - fixed.length;
    const entry =
      back < 0 ? fixed[index - 1] : back < this.count ? this.ring[(this.newest - back) & this.mask] : undefined;
    if (entry === undefined) throw new HpackError(`the table has no index ${index}`);
    return entry;
  }

  /** Older entries make room. One that is larger than the table empties it, and that is no error (RFC 7541, 4.4). */
  add(entry: TableEntry): void {
    this.changes++;
    this.evictTo(this.limit - entry.size);
    if (entry.size > this.limit) return;
    this.newest = (this.newest + 1) & this.mask;
    this.ring[this.newest] = entry;
    this.count++;
    this.bytes += entry.size;
  }

  /** Throws {@link HpackError} when the peer wants more than we allow. */
  resize(bytes: number): void {
    if (bytes > this.maxBytes) throw new HpackError(`a table of ${bytes} bytes, ${this.maxBytes} are allowed`);
    this.changes++;
    this.limit = bytes;
    this.evictTo(bytes);
  }

  private evictTo(bytes: number): void {
    while (this.count > 0 && this.bytes > bytes) {
      const oldest = (this.newest - this.count + 1) & this.mask;
      this.bytes -= this.ring[oldest]!.size;
      this.ring[oldest] = undefined;
      this.count--;
    }
  }
}
