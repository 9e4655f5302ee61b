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

/** What {@link cutStragglers} needs of a Fastify server. */
interface ClosingServer {
  readonly server: { closeAllConnections?(): void };
  addHook(name: 'preClose', hook: () => Promise<void>): unknown;
}

/** Longest time that a connection may keep a closing server open. */
const STRAGGLER_MS = 3_000;

/**
 * Cuts what is still connected three seconds after a server began to close. A connection that never carried a request
 * counts as busy and would hold it open for a minute otherwise. Call it before the server is ready.
 */
export function cutStragglers(instance: ClosingServer): void {
  instance.addHook('preClose', () => {
    setTimeout(() => instance.server.closeAllConnections?.(), STRAGGLER_MS).unref();
    return Promise.resolve();
  });
}
