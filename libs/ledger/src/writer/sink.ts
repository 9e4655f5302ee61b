/** Where records go on their way to the reports. */
export interface Sink {
  /**
   * Resolves when the records are safe there, whatever happens to this process; `arrivedMs` is when the oldest of them
   * came, Unix milliseconds. Rejects when they may not be, and then they are to be put once more.
   */
  put(records: readonly Uint8Array[], arrivedMs: number): Promise<void>;
  /** Gives up what a failed attempt has left; the next one starts anew. */
  reset(): void;
  close(): Promise<void>;
}
