import { SingleBar } from 'cli-progress';

/** Shows how far a stage has come, on standard error only. */
export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** A bar when standard error is a terminal, else one line for every quarter done. */
export function startProgress(stage: string, total: number): Progress {
  return process.stderr.isTTY ? startBar(stage, total) : startLines(stage, total);
}

function startBar(stage: string, total: number): Progress {
  const format = `${stage.padEnd(10)} [{bar}] {percentage} % | {value} of {total} | {eta_formatted} left`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

function startLines(stage: string, total: number): Progress {
  let quarters = 0;
  return {
    update: (done) => {
      const reached = Math.floor((4 * done) / total);
      if (reached <= quarters) return;
      quarters = reached;
      process.stderr.write(`${stage}: ${done} of ${total}\n`);
    },
    stop: () => undefined,
  };
}
