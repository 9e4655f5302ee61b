/** The embedded Unleash server as a process of its own: real, on loopback, on the stack's PostgreSQL. */
async function main(): Promise<void> {
  const { start } = await import('unleash-server');
  const server = await start({
    server: { port: Number(process.env['UNLEASH_PORT']), host: '127.0.0.1' },
    versionCheck: { enable: false },
    telemetry: false,
    logLevel: 'warn' as never,
  });
  process.on('disconnect', () => {
    void server.stop().finally(() => process.exit(0));
  });
  process.send?.({ ready: true });
}

main().catch((error: Error) => {
  console.error(error);
  process.exit(1);
});
