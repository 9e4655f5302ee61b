/** A failure the user can mend; the message says how and is printed without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}

/** The user ended the command while the stack was starting; everything that was up is stopped again. */
export class StackInterrupted extends Error {
  override readonly name = 'StackInterrupted';
}
