/** SQLSTATE of a statement that took longer than it may. */
const TIMED_OUT = '57014';
const MOST_PARTS = 256;

/**
 * Stores lists of records in parts once a whole list took too long: in twice as many after each time, in half as many
 * after each success, so that a slow database gets what it can do in its time and none is asked the same for ever.
 */
export class InParts {
  private parts = 1;

  /** Resolves when `store` has taken every part; rejects with what it rejects with. Parts it took come again then. */
  async put(records: readonly Uint8Array[], store: (part: readonly Uint8Array[]) => Promise<void>): Promise<void> {
    const size = Math.ceil(records.length / this.parts);
    try {
      for (let from = 0; from < records.length; from += size) await store(records.slice(from, from + size));
    } catch (error) {
      if ((error as { code?: string }).code === TIMED_OUT) this.parts = Math.min(2 * this.parts, MOST_PARTS);
      throw error;
    }
    this.parts = Math.ceil(this.parts / 2);
  }
}
