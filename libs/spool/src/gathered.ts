import { BLOB_HEADER_BYTES, MAX_BLOB_BYTES, recordSpan } from './blob';
import { fits, type Slab, type SlabPool } from './slab';

export interface GatheredBlob {
  readonly slab: Slab;
  readonly stream: number;
}

/** Records that nobody has been given yet, in one blob per stream, or more once one is full. */
export class Gathered {
  records = 0;
  private readonly open: (Slab | undefined)[];
  private filled: GatheredBlob[] = [];

  constructor(
    streams: number,
    private readonly slabs: SlabPool,
  ) {
    this.open = new Array<Slab | undefined>(streams).fill(undefined);
  }

  /** How many more slabs these records would take. */
  newSlabs(stream: number, added: readonly Uint8Array[]): number {
    const slab = this.open[stream];
    let records = slab?.records ?? Infinity;
    let end = slab?.end ?? MAX_BLOB_BYTES;
    let more = 0;
    for (const { byteLength } of added) {
      if (!fits(records, end, byteLength)) {
        more++;
        records = 0;
        end = BLOB_HEADER_BYTES;
      }
      records++;
      end += recordSpan(byteLength);
    }
    return more;
  }

  /** Copies a record into its stream's slab. Throws when that takes one more slab than there are. */
  put(stream: number, record: Uint8Array): Slab {
    let slab = this.open[stream];
    if (slab === undefined || !fits(slab.records, slab.end, record.byteLength)) {
      if (slab !== undefined) this.filled.push({ slab, stream });
      slab = this.slabs.take();
      if (slab === undefined) throw new Error('more was gathered than there is memory for');
      this.open[stream] = slab;
    }
    slab.put(record);
    this.records++;
    return slab;
  }

  /** The oldest blobs, each stream's in order, until they have so many bytes. */
  take(maxBytes: number): GatheredBlob[] {
    const taken: GatheredBlob[] = [];
    let bytes = 0;
    const take = (blob: GatheredBlob): void => {
      taken.push(blob);
      bytes += blob.slab.end;
      this.records -= blob.slab.records;
    };
    while (this.filled.length > 0 && bytes < maxBytes) take(this.filled.shift() as GatheredBlob);
    if (this.filled.length > 0) return taken;
    this.open.forEach((slab, stream) => {
      if (slab === undefined || bytes >= maxBytes) return;
      this.open[stream] = undefined;
      take({ slab, stream });
    });
    return taken;
  }
}
