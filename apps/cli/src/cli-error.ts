/** A failure the user can mend; printed without a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
