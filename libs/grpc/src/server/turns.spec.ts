import { connect } from 'node:net';
import { writeFrameHeader } from '../frames/frame-header';
import { Flag, FrameType, PREFACE } from '../frames/protocol';
import { settingsFrame } from '../frames/settings';
import { encodeHeaders } from '../hpack/header-encoder';
import { prefixed, Served } from './served.fixture';

const CALLS = 60;
const CALL_MS = 1;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.set(payload, writeFrameHeader(bytes, 0, payload.length, type, flags, stream));
  return bytes;
}

describe('many calls in one chunk', () => {
  it('are taken over several turns of the event loop, and all are answered', async () => {
    const served = await Served.start();
    let handled = 0;
    let turns = 0;
    const turnsSeen = new Set<number>();
    const turn = (): void => {
      turns++;
      if (handled < CALLS) setImmediate(turn);
    };
    served.server.unary(
      '/t.T/Work',
      ({ bytes }) => {
        const until = performance.now() + CALL_MS;
        while (performance.now() < until);
        turnsSeen.add(turns);
        handled++;
        return Promise.resolve(bytes);
      },
      { maxBytes: 100 },
    );
    const block = encodeHeaders([
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', '/t.T/Work'],
      ['content-type', 'application/grpc'],
    ]);
    const calls = Array.from({ length: CALLS }, (_, i) => [
      frame(FrameType.headers, Flag.endHeaders, 2 * i + 1, block),
      frame(FrameType.data, Flag.endStream, 2 * i + 1, prefixed(Buffer.from('a'))),
    ]);
    const socket = connect(served.port, '127.0.0.1');
    const status = Buffer.from('grpc-status');
    let got = Buffer.alloc(0);
    const answered = new Promise<void>((resolve) => {
      socket.on('data', (bytes: Buffer) => {
        got = Buffer.concat([got, bytes]);
        let count = 0;
        for (let at = got.indexOf(status); at >= 0; at = got.indexOf(status, at + 1)) count++;
        if (count === CALLS) resolve();
      });
    });
    setImmediate(turn);
    socket.write(Buffer.concat([PREFACE, settingsFrame([]), ...calls.flat()]));
    await answered;
    // At least 60 ms of work, in turns of about 5 ms.
    expect(turnsSeen.size).toBeGreaterThan(4);
    socket.destroy();
    await served.stop();
  });
});
