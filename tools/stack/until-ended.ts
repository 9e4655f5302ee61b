const PARENT_CHECK_MS = 1000;

/**
 * Resolves when the user wants the command to end: Ctrl-C, SIGTERM, or the npm process that started it is gone
 * (a killed npm does not pass its end on). A second Ctrl-C changes nothing: stopping in order is under way.
 */
export function untilEnded(): Promise<'ended'> {
  return new Promise((resolve) => {
    const end = (): void => resolve('ended');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
    const parent = process.ppid;
    const check = setInterval(() => {
      if (process.ppid !== parent) end();
    }, PARENT_CHECK_MS);
    check.unref();
  });
}
