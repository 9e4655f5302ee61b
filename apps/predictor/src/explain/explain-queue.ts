import { DomainError } from '@adlift/problem';

const MAX_WAITING = 8;

interface Waiting {
  readonly begin: () => void;
  readonly expiry: NodeJS.Timeout;
}

/** Lets one explanation run at a time, and a few wait: explaining must not take the machine from predicting. */
export class ExplainQueue {
  private readonly waiting = new Set<Waiting>();
  private running = false;

  /**
   * Runs `work` when its turn comes. Rejects with `overloaded` when too many wait, and with `deadline_exceeded` when the
   * deadline (as of performance.now()) comes before the turn.
   */
  async run<T>(deadline: number, work: () => Promise<T>): Promise<T> {
    if (this.running) await this.turn(deadline);
    else this.running = true;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  private turn(deadline: number): Promise<void> {
    if (this.waiting.size >= MAX_WAITING) {
      throw new DomainError('overloaded', `${MAX_WAITING} explanations are waiting already`, undefined, 1);
    }
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        this.waiting.delete(waiting);
        reject(new DomainError('deadline_exceeded', 'the deadline passed while other explanations were made'));
      };
      const expiry = setTimeout(expire, Math.max(0, deadline - performance.now()));
      const waiting: Waiting = { begin: resolve, expiry };
      this.waiting.add(waiting);
    });
  }

  private next(): void {
    const [first] = this.waiting;
    if (first === undefined) {
      this.running = false;
      return;
    }
    this.waiting.delete(first);
    clearTimeout(first.expiry);
    first.begin();
  }
}
