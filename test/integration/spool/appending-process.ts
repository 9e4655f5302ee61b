// A process that appends numbered records to a spool and says on standard output, a word a line, what comes of it:
// `open`, the number of each acknowledged record, the code of each refusal, `died` when the spool's thread has.
// Run as: node --require register-typescript.cjs appending-process.ts FILE FIRST
import { setTimeout as pause } from 'node:timers/promises';
import { Spool, type SpoolFailed } from '@adlift/spool';
import { numbered } from './numbered-records';

const CAP = 256 << 20;
const CALLERS = 8;
const BATCH = 20;

/** Resolves when the words are in the pipe; until then its caller appends no more, so little can die with the process. */
function say(...words: (string | number)[]): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${words.join('\n')}\n`, () => resolve()));
}

async function main(file: string, first: number): Promise<void> {
  const spool = await Spool.open({
    file,
    streams: ['events', 'predictions'],
    maxBytes: CAP,
    restartDelays: { first: 10, longest: 50 },
    onFailure: () => void say('died'),
  });
  await say('open');
  let next = first;
  const appendForEver = async (): Promise<never> => {
    for (;;) {
      const numbers = Array.from({ length: BATCH }, () => next++);
      spool.offer('predictions', new Uint8Array(3000));
      try {
        await spool.append('events', numbers.map(numbered));
        await say(...numbers);
      } catch (error) {
        await say((error as SpoolFailed).code);
        await pause((error as SpoolFailed).retryAfterMs);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, appendForEver));
}

const [file, first] = process.argv.slice(2);
void main(file, Number(first));
