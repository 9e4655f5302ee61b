const SILENT = 0;
const MESSAGE = -1;
const EXIT = -2;

/** What a scoring thread is woken for: a message that waits for it, its end, or a run of a round that it knows. */
export type Ring = 'message' | 'exit' | { readonly round: number; readonly rows: number };

/**
 * One word of memory shared with a scoring thread, which sleeps on it between its runs: a run told through it needs no
 * copy of a message and no turn of the thread's event loop. The word holds one ring; a later one replaces it.
 */
export class Doorbell {
  private readonly word: Int32Array<SharedArrayBuffer>;

  constructor(readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.word = new Int32Array(memory);
  }

  /** Wakes the thread, or keeps it from its next sleep. A message has to be posted before; rounds are 0 and 1. */
  ring(ring: Ring): void {
    const said = ring === 'message' ? MESSAGE : ring === 'exit' ? EXIT : ring.rows * 2 + ring.round;
    Atomics.store(this.word, 0, said);
    Atomics.notify(this.word, 0);
  }

  /** Sleeps until there is a ring and takes it. The calling thread's event loop stands still and uses no processor. */
  wait(): Ring {
    for (;;) {
      Atomics.wait(this.word, 0, SILENT);
      const said = Atomics.exchange(this.word, 0, SILENT);
      if (said === MESSAGE) return 'message';
      if (said === EXIT) return 'exit';
      // Nothing is there when a ring was taken before the sleep that its notification ended.
      if (said !== SILENT) return { round: said % 2, rows: said >> 1 };
    }
  }
}
