// Loaded into the predictor by the sabotage of this name: what is to be kept is acknowledged first and kept a little
// later, as a store does that answers from memory and writes every second.
import { Spool } from '@adlift/spool';

const DELAY_MS = 1000;

type Append = (stream: string, records: readonly Uint8Array[]) => Promise<void>;

const spool = Spool.prototype as unknown as { append: Append };
const { append } = spool;
spool.append = function (this: unknown, stream, records) {
  setTimeout(() => void append.call(this, stream, records).catch(() => undefined), DELAY_MS);
  return Promise.resolve();
};
