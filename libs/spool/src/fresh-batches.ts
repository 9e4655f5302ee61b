import type { NewBatch, StoredBatch } from './spool-file';

/** A batch as the file has it, with what a reader counts. */
export interface ReadBatch extends StoredBatch {
  readonly records: number;
}

export interface FreshBatch extends ReadBatch {
  readonly stream: string;
}

/**
 * Copies of the batches that were kept last, so that those of a reader that keeps up are not read back from the file
 * and checked. The memory of one that was given is the reader's: whoever asks again, or has fallen behind, finds it in the
 * file.
 */
export class FreshBatches {
  /** In the order of their ids. */
  private readonly kept: FreshBatch[] = [];
  private bytes = 0;
  /** By stream the newest batch that is not held here; all later ones are. */
  private readonly missing = new Map<string, number>();

  /** Holds blobs of `maxBytes` together; `lastId` is that of the newest batch in the file, of whatever stream. */
  constructor(
    private readonly maxBytes: number,
    private readonly lastId: number,
  ) {}

  /** Copies a batch that was kept just now; the oldest ones make room for it. */
  keep({ stream, id, records, arrivedMs, blob }: NewBatch & { readonly id: number }): void {
    this.kept.push({ stream, id, records, arrivedMs, blob: new Uint8Array(blob) });
    this.bytes += blob.byteLength;
    while (this.bytes > this.maxBytes) this.forget(this.kept[0]);
  }

  /** The stream's first batch behind this id; undefined when only the file can tell. */
  find(stream: string, after: number): FreshBatch | undefined {
    if (after < (this.missing.get(stream) ?? this.lastId)) return undefined;
    return this.kept.find((one) => one.stream === stream && one.id > after);
  }

  /** Whoever asks for this one again finds it in the file. */
  forget(batch: FreshBatch): void {
    this.kept.splice(this.kept.indexOf(batch), 1);
    this.bytes -= batch.blob.byteLength;
    this.missing.set(batch.stream, batch.id);
  }
}
