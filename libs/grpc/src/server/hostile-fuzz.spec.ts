import fc from 'fast-check';
import { Flag, FrameType, PREFACE } from '../frames/protocol';
import { Setting, settingsFrame } from '../frames/settings';
import { BarePeer, callBlock, frame, number, opening, wholeCall, Witness } from './bare-peer.fixture';
import { prefixed, Served } from './served.fixture';

const { data, headers, resetStream, ping, windowUpdate, continuation } = FrameType;
const { endStream, endHeaders } = Flag;
const RUNS = 150;
const SEED = 2026;

/** Frames of conversations that are right. */
const block = callBlock('/t.T/Talk');
const RIGHT: readonly Buffer[] = [
  wholeCall(1),
  opening(3, '/t.T/Talk'),
  frame(data, 0, 3, prefixed(Buffer.from('some words'))),
  frame(data, endStream, 3, prefixed(Buffer.alloc(300, 1))),
  Buffer.concat([frame(headers, 0, 5, block.subarray(0, 9)), frame(continuation, endHeaders, 5, block.subarray(9))]),
  frame(data, Flag.padded, 5, Buffer.concat([Buffer.from([3]), prefixed(Buffer.from('padded')), Buffer.alloc(3)])),
  frame(resetStream, 0, 5, number(8)),
  settingsFrame([[Setting.initialWindowSize, 100]]),
  frame(windowUpdate, 0, 0, number(5_000)),
  frame(windowUpdate, 0, 3, number(77)),
  frame(ping, 0, 0, Buffer.alloc(8, 7)),
  wholeCall(7, '/t.T/Throw'),
  wholeCall(9, '/t.T/Nothing'),
  Buffer.concat([opening(11, '/t.T/Size'), frame(data, endStream, 11, prefixed(number(200_000)))]),
];

describe('a server of gRPC under conversations that were right before they were changed', () => {
  it('answers each with frames or an end, and serves others on', async () => {
    const served = await Served.start();
    const faults: Error[] = [];
    const watch = (error: Error): void => void faults.push(error);
    process.on('unhandledRejection', watch);
    const witness = await Witness.of(served.port);
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      how: fc.constantFrom('set', 'flip', 'drop', 'add', 'cut'),
      byte: fc.nat(255),
    });
    const conversation = fc.record({
      parts: fc.array(fc.nat(RIGHT.length - 1), { minLength: 1, maxLength: 12 }),
      inOrder: fc.boolean(),
      changes: fc.array(change, { maxLength: 5 }),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      rude: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(conversation, async ({ parts, inOrder, changes, cut, rude }) => {
        const order = inOrder ? [...parts].sort((a, b) => a - b) : parts;
        let bytes = Buffer.concat(order.map((part) => RIGHT[part]));
        for (const { at, how, byte } of changes) bytes = changed(bytes, Math.floor(at * bytes.length), how, byte);
        const peer = await BarePeer.silent(served.port);
        const where = Math.floor(cut * bytes.length);
        peer.send(PREFACE, settingsFrame([]), bytes.subarray(0, where));
        await new Promise(setImmediate);
        peer.send(bytes.subarray(where));
        if (rude) peer.socket.resetAndDestroy();
        else peer.socket.end();
        while (!peer.closed) await new Promise(setImmediate);
        expect(await witness.status()).toBe(0);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    const { ended, calls } = served.server.counts;
    expect(calls.length).toBeGreaterThan(3);
    expect(ended.protocol).toBeGreaterThan(0);
    expect(ended.fault).toBe(0);
    witness.destroy();
    await served.stop();
    while (served.server.counts.open > 0) await new Promise(setImmediate);
    process.removeListener('unhandledRejection', watch);
    expect(faults).toEqual([]);
  });
});

function changed(bytes: Buffer, at: number, how: string, byte: number): Buffer<ArrayBuffer> {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (how === 'cut') return Buffer.from(before);
  if (how === 'drop') return Buffer.concat([before, after.subarray(1)]);
  if (how === 'add') return Buffer.concat([before, Buffer.from([byte]), after]);
  const value = how === 'set' ? byte : (after[0] ?? 0) ^ (1 << (byte & 7));
  return Buffer.concat([before, Buffer.from([value]), after.subarray(1)]);
}
