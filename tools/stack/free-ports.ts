import { createServer } from 'node:net';

/**
 * Ports that the system does not hand out by itself (below 32768 on Linux, 49152 elsewhere): one that it does can be
 * taken by any connection going out between now and the moment that somebody listens.
 */
const FIRST = 10_000;
const COUNT = 20_000;
const TRIES = 200;

/** Not given again by this process: whoever asked may not listen yet. */
const given = new Set<number>();

/** `count` different ports of loopback that nothing listens on at the moment. Throws when there are none. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > TRIES + count) throw new Error(`no ${count} free ports between ${FIRST} and ${FIRST + COUNT}`);
    const port = FIRST + Math.floor(Math.random() * COUNT);
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
