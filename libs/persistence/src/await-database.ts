import { setTimeout as delay } from 'node:timers/promises';
import { HeardClient } from './open-pool';

/** A server that cannot be reached yet, starts, or ends; anything else will not pass by itself. */
const AWAY = /^(08...|57P0.|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EAI_AGAIN)$/;
const PAUSE_MS = 250;

/**
 * Resolves when the database takes connections. Rejects with what it says after `patienceMs`, and at once when it is
 * nothing that waiting mends, such as a wrong password. `onWait` is told once, when there is something to wait for.
 */
export async function awaitDatabase(url: string, patienceMs: number, onWait: (error: Error) => void): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let told = false;
  for (;;) {
    const error = await problem(url);
    if (error === undefined) return;
    if (!AWAY.test(error.code ?? '') || Date.now() > deadline) throw error;
    if (!told) onWait(error);
    told = true;
    await delay(PAUSE_MS);
  }
}

async function problem(connectionString: string): Promise<(Error & { code?: string }) | undefined> {
  const client = new HeardClient({ connectionString, application_name: 'adlift-await', connectionTimeoutMillis: 3000 });
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
