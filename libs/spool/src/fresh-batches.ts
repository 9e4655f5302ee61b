import type { NewBatch, ReadBatch } from './spool-batch';

export interface FreshBatch extends ReadBatch {
  readonly stream: string;
}

/** A reader that keeps up leaves some dozens; each look goes through all. */
const MOST_BATCHES = 1000;

interface Stream {
  /** Id of the newest batch. */
  newest: number;
  /** Id of the newest batch that is not held here, all later ones are; Infinity while none is held. */
  missing: number;
}

/**
 * Copies of the batches that were kept last, so that those of a reader that keeps up are not read back from the file
 * and checked. The memory of one that was given is the reader's: whoever asks again finds it in the file, and so does a
 * reader that has fallen behind, until it has caught up.
 */
export class FreshBatches {
  /** In the order of their ids. */
  private readonly kept: FreshBatch[] = [];
  private bytes = 0;
  private readonly streams = new Map<string, Stream>();

  /** Holds blobs of `maxBytes` together, at most 1,000; `lastIds` are those of each stream's newest batch in the file. */
  constructor(
    private readonly maxBytes: number,
    private readonly lastIds: ReadonlyMap<string, number>,
  ) {}

  /** Copies a batch that was kept just now. What becomes too much is not held: its reader is behind or there is none. */
  keep({ stream, id, records, arrivedMs, blob }: NewBatch & { readonly id: number }): void {
    const known = this.of(stream);
    known.newest = id;
    if (known.missing === Infinity) return;
    this.kept.push({ stream, id, records, arrivedMs, blob: new Uint8Array(blob) });
    this.bytes += blob.byteLength;
    while (this.bytes > this.maxBytes || this.kept.length > MOST_BATCHES) this.giveUp(this.kept[0].stream);
  }

  /** The stream's first batch behind this id; undefined when only the file can tell. */
  find(stream: string, after: number): FreshBatch | undefined {
    const known = this.of(stream);
    // It has all there is, so it keeps up from here on.
    if (after >= known.newest && known.missing === Infinity) known.missing = known.newest;
    const own = this.kept.filter((one) => one.stream === stream);
    // What it has already came from the file.
    for (const one of own) if (one.id <= after) this.forget(one);
    return after < known.missing ? undefined : own.find(({ id }) => id > after);
  }

  /** Whoever asks for this one again finds it in the file. */
  forget(batch: FreshBatch): void {
    this.kept.splice(this.kept.indexOf(batch), 1);
    this.bytes -= batch.blob.byteLength;
    const known = this.of(batch.stream);
    known.missing = Math.max(known.missing, batch.id);
  }

  private giveUp(stream: string): void {
    for (const one of this.kept.filter((kept) => kept.stream === stream)) this.forget(one);
    this.of(stream).missing = Infinity;
  }

  private of(stream: string): Stream {
    let known = this.streams.get(stream);
    if (known !== undefined) return known;
    const lastId = this.lastIds.get(stream) ?? 0;
    this.streams.set(stream, (known = { newest: lastId, missing: lastId }));
    return known;
  }
}
