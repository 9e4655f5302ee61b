// A process that appends numbered records to a spool and says on standard output, a word a line, what comes of it:
// `open`, the number of each acknowledged record, the code of each refusal, `died` when the spool's thread has.
// Run as: node --require register-typescript.cjs appending-process.ts FILE FIRST
import { setTimeout as pause } from 'node:timers/promises';
import { Spool, type SpoolFailed } from '@adlift/spool';
import { writeSync } from 'node:fs';
import { numbered } from './numbered-records';

const CAP = 256 << 20;
const CALLERS = 8;
const BATCH = 20;

/** Written by the system call itself: an acknowledgement must not die in a buffer of the process. */
function say(...words: (string | number)[]): void {
  writeSync(1, `${words.join('\n')}\n`);
}

async function main(file: string, first: number): Promise<void> {
  const spool = await Spool.open({
    file,
    streams: ['events', 'predictions'],
    maxBytes: CAP,
    restartDelays: { first: 10, longest: 50 },
    onFailure: () => say('died'),
  });
  say('open');
  let next = first;
  const appendForEver = async (): Promise<never> => {
    for (;;) {
      const numbers = Array.from({ length: BATCH }, () => next++);
      spool.offer('predictions', new Uint8Array(3000));
      try {
        await spool.append('events', numbers.map(numbered));
        say(...numbers);
      } catch (error) {
        say((error as SpoolFailed).code);
        await pause((error as SpoolFailed).retryAfterMs);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, appendForEver));
}

const [file, first] = process.argv.slice(2);
void main(file, Number(first));
