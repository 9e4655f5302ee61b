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

/** A batch that was set aside, as it does not read as it was written. It stays in the file and is given to nobody. */
export interface Damage {
  /** Stream and id are undefined where they are lost as well. */
  readonly stream: string | undefined;
  readonly id: number | undefined;
  /** At least so many. */
  readonly records: number;
  readonly reason: string;
}

/** A batch as the file has it, with what a reader counts. */
export interface ReadBatch extends StoredBatch {
  readonly records: number;
}
