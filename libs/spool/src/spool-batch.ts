/** A sealed blob to be kept. */
export interface NewBatch {
  readonly stream: string;
  readonly records: number;
  /** Unix milliseconds. */
  readonly arrivedMs: number;
  readonly blob: Uint8Array;
}

/** A blob as it was kept. */
export interface StoredBatch {
  /** Grows with the order of arrival and is never used again. */
  readonly id: number;
  /** Unix milliseconds. */
  readonly arrivedMs: number;
  readonly blob: Uint8Array<ArrayBuffer>;
}

export interface ReadLimit {
  /** Records, and bytes of blobs, of all batches together; the first batch is given whatever its size. */
  readonly records: number;
  readonly bytes: number;
  /** Only batches after this id: those before it were read already and are not removed yet. */
  readonly after?: number | undefined;
}

/** A batch as the file has it, with what a reader counts. */
export interface ReadBatch extends StoredBatch {
  readonly records: number;
}
