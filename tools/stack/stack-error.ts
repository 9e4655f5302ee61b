/** A failure the user can mend; the message says how and is printed without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
