import { createServer } from 'node:net';
import { StackError } from './stack-error';

/** Throws StackError naming the variable that moves the port, when something else listens on it. */
export async function requireFreePort(port: number, variable: string, what: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? 'is in use'
        : `cannot be used (${(error as Error).message})`;
    throw new StackError(`port ${port} for ${what} ${reason}; choose another one with ${variable}=PORT`);
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}
