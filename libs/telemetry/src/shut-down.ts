import { stopTelemetry } from './start-telemetry';

/** Longest time a process may take to drain after SIGTERM. */
const GRACE_MS = 10_000;

/**
 * Ends the process in order on SIGTERM, SIGINT, or when the parent that started it over IPC is gone: the application
 * closes first, telemetry is flushed last. Exits 0, or 1 when draining takes longer than 10 s.
 */
export function shutDownOnSignal(close: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    const overdue = setTimeout(() => process.exit(1), GRACE_MS);
    close()
      .then(stopTelemetry)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          clearTimeout(overdue);
          console.error(error);
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (process.channel !== undefined) process.on('disconnect', end);
}
