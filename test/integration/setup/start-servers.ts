import { RunningServers } from './running-servers';
import { publishTestServers } from './test-servers';

declare global {
  var adliftTestServers: RunningServers | undefined;
}

/** Before the integration specs: one PostgreSQL cluster and one Unleash server for all of them. */
export default async function startServers(): Promise<void> {
  const servers = await RunningServers.start();
  globalThis.adliftTestServers = servers;
  publishTestServers(servers.addresses);
  process.once('exit', () => globalThis.adliftTestServers?.abandon());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}
