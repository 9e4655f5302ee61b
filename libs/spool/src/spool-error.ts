/** No more can be kept now; nothing else is wrong. What was refused may be sent again after the pause. */
export class SpoolFull extends Error {
  readonly code = 'SPOOL_FULL';
  override readonly name = 'SpoolFull';

  constructor(
    message: string,
    /** Milliseconds after which room may have been made. */
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

/**
 * The file cannot be written or read, or its thread died. What was refused may be sent again; it may also have been
 * kept, as when a disk fails after the bytes have reached it.
 */
export class SpoolFailed extends Error {
  readonly code = 'SPOOL_FAILED';
  override readonly name = 'SpoolFailed';

  constructor(
    message: string,
    /** Milliseconds until the file is tried again. */
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

/** The spool takes no more because it is being closed, or was. */
export class SpoolClosed extends Error {
  readonly code = 'SPOOL_CLOSED';
  override readonly name = 'SpoolClosed';
}

/** Another owner holds the file. */
export class SpoolInUse extends Error {
  readonly code = 'SPOOL_IN_USE';
  override readonly name = 'SpoolInUse';

  constructor(
    readonly file: string,
    /** Process id of the owner, as far as it could tell of itself. */
    readonly pid: number | undefined,
  ) {
    super(`the spool ${file} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}`);
  }
}

/** The file is no spool, or one of a newer schema; the message says which. */
export class SpoolFormatError extends Error {
  readonly code = 'SPOOL_FORMAT';
  override readonly name = 'SpoolFormatError';
}
