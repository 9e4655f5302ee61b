import { z } from 'zod';

// Packages alone: the integration tests run this file from its source, where the libs have no name.
const environment = z.object({ UNLEASH_PORT: z.coerce.number().int().min(1).max(65535) });

/** The embedded Unleash server as a process of its own: real, on loopback, on the stack's PostgreSQL. */
async function main(): Promise<void> {
  const env = environment.parse(process.env);
  let stop = (): Promise<void> => Promise.resolve();
  process.on('disconnect', () => {
    void stop().finally(() => process.exit(0));
  });
  const { start } = await import('unleash-server');
  const server = await start({
    server: { port: env.UNLEASH_PORT, host: '127.0.0.1' },
    versionCheck: { enable: false },
    telemetry: false,
    logLevel: 'warn' as never,
  });
  stop = async () => {
    await server.stop();
  };
  process.send?.({ ready: true });
}

main().catch((error: Error) => {
  console.error(error);
  process.exit(1);
});
