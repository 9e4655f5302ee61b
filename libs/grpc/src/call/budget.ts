import { CallError, Code } from './status';

/** Bytes that all callers together may have a server keep of messages that are not whole yet. */
export class Budget {
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  /** Throws {@link CallError} UNAVAILABLE when it is used up. */
  take(bytes: number): void {
    if (bytes > this.left) throw new CallError(Code.unavailable, 'too much memory is in use for unfinished messages');
    this.left -= bytes;
  }

  giveBack(bytes: number): void {
    this.left += bytes;
  }
}
