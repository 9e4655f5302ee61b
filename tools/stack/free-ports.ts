import { createServer } from 'node:net';

/**
 * Ports that the system does not hand out by itself (below 32768 on Linux, 49152 elsewhere): one that it does can be
 * taken by any connection going out between now and the moment that somebody listens.
 */
const FIRST = 10_000;
/** Processes that look for ports at the same time have a block each: nobody listens yet on what they found. */
const BLOCKS = 50;
const BLOCK_PORTS = 400;
const OURS = FIRST + (process.pid % BLOCKS) * BLOCK_PORTS;
const TRIES = 4 * BLOCK_PORTS;

/** Not given again by this process: whoever asked may not listen yet. */
const given = new Set<number>();

/** `count` different ports of loopback that nothing listens on at the moment. Throws when there are none. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > TRIES) throw new Error(`no ${count} free ports between ${OURS} and ${OURS + BLOCK_PORTS - 1}`);
    const port = OURS + Math.floor(Math.random() * BLOCK_PORTS);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
