/** After the integration specs. */
export default async function stopServers(): Promise<void> {
  const servers = globalThis.adliftTestServers;
  globalThis.adliftTestServers = undefined;
  await servers?.stop();
}
