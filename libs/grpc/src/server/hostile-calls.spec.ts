import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { CallError } from '../call/status';
import { ErrorCode, Flag, FrameType } from '../frames/protocol';
import { Setting } from '../frames/settings';
import { BarePeer, frame, number, opening, wholeCall } from './bare-peer.fixture';
import { prefixed, Served } from './served.fixture';

const { data, headers, resetStream } = FrameType;
const { endStream, endHeaders } = Flag;
const { DEADLINE_EXCEEDED, INTERNAL, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNIMPLEMENTED } = status;
const hello = prefixed(Buffer.from('hello'));
const body = (bytes: Buffer, flags: number = endStream): Buffer => frame(data, flags, 1, bytes);
/** A prefix that announces a message and nothing of it. */
const claim = (bytes: number, flag = 0): Buffer => Buffer.concat([Buffer.from([flag]), number(bytes)]);

describe('a server of gRPC under calls that break the rules', () => {
  let served: Served;
  let peer: BarePeer;

  beforeAll(async () => {
    served = await Served.start();
    served.server.duplex(
      '/t.T/Fussy',
      (call) => ({
        message: () => {
          throw new CallError(status.INVALID_ARGUMENT, 'not like this');
        },
        ended: () => call.end(),
        ...{ drained: () => undefined, cancelled: () => undefined, draining: () => undefined },
      }),
      { maxBytes: 1_000 },
    );
  });
  beforeEach(async () => {
    peer = await BarePeer.greeted(served.port);
  });
  afterEach(async () => {
    // The connection goes on behind each of them.
    peer.send(wholeCall(9_001));
    expect(await peer.status(9_001)).toBe(0);
    peer.destroy();
  });
  afterAll(() => served.stop());

  const echo = '/t.T/Echo';
  const gzip = { 'grpc-encoding': 'gzip' };
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  it.each<[string, number, readonly Buffer[]]>([
    ['a message over the limit by its prefix alone', RESOURCE_EXHAUSTED, [opening(1), body(claim(2 ** 32 - 1), 0)]],
    ['a message that is cut off', INTERNAL, [opening(1), body(hello.subarray(0, 8))]],
    ['a prefix that is cut off', INTERNAL, [opening(1), body(hello.subarray(0, 3))]],
    ['a prefix that begins with neither 0 nor 1', INTERNAL, [opening(1), body(claim(1, 2), 0)]],
    ['two messages', UNIMPLEMENTED, [opening(1), body(Buffer.concat([hello, hello]))]],
    ['two messages in two frames', UNIMPLEMENTED, [opening(1), body(hello, 0), body(hello)]],
    ['a message and the beginning of another', INTERNAL, [opening(1), body(Buffer.concat([hello, claim(9)]))]],
    ['no message', UNIMPLEMENTED, [opening(1), body(Buffer.alloc(0))]],
    ['no body', UNIMPLEMENTED, [frame(headers, endHeaders | endStream, 1, opening(1).subarray(9))]],
    ['an unknown compression', UNIMPLEMENTED, [opening(1, echo, { 'grpc-encoding': 'br' }), body(hello)]],
    ['a compressed message of no compression', INTERNAL, [opening(1), body(prefixed(Buffer.from('a'), true))]],
    [
      'bytes that are not compressed as said',
      INTERNAL,
      [opening(1, echo, gzip), body(prefixed(Buffer.alloc(99), true))],
    ],
    ['a compressed message of no bytes', INTERNAL, [opening(1, echo, gzip), body(prefixed(Buffer.alloc(0), true))]],
    ['a bomb of gzip', RESOURCE_EXHAUSTED, [opening(1, echo, gzip), body(prefixed(bomb, true))]],
    ['a timeout without a unit', INTERNAL, [opening(1, echo, { 'grpc-timeout': '10' }), body(hello)]],
    ['a timeout of nine digits', INTERNAL, [opening(1, echo, { 'grpc-timeout': '123456789m' }), body(hello)]],
    ['a negative timeout', INTERNAL, [opening(1, echo, { 'grpc-timeout': '-1m' }), body(hello)]],
    ['a timeout that is over', DEADLINE_EXCEEDED, [opening(1, '/t.T/Wait', { 'grpc-timeout': '0n' }), body(hello)]],
    ['an unknown method', UNIMPLEMENTED, [opening(1, '/t.T/Nothing'), body(hello)]],
    ['the path of something inherited', UNIMPLEMENTED, [opening(1, '/constructor'), body(hello)]],
    ['no key', UNAUTHENTICATED, [opening(1, '/t.T/Guarded'), body(hello)]],
    ['no key, before the body has come', UNAUTHENTICATED, [opening(1, '/t.T/Guarded')]],
    ['a message that its handler throws at', status.INVALID_ARGUMENT, [opening(1, '/t.T/Fussy'), body(hello, 0)]],
    ['a stream that ends amid a message', INTERNAL, [opening(1, '/t.T/Talk'), body(hello.subarray(0, 7))]],
    ['a bomb in a stream', RESOURCE_EXHAUSTED, [opening(1, '/t.T/Talk', gzip), body(prefixed(bomb, true), 0)]],
  ])('answers %s with status %d', async (_what, code, parts) => {
    // Frames hold less than the bomb does.
    peer.send(...parts.flatMap((part) => (part.length <= 1 << 16 ? [part] : pieces(part))));
    expect(await peer.status(1)).toBe(code);
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['GET', { ':method': 'GET' }],
    ['no content-type', { 'content-type': undefined }],
    ['application/json', { 'content-type': 'application/json' }],
    ['application/grpc-web', { 'content-type': 'application/grpc-web' }],
    ['more headers than agreed', { 'x-a': 'a'.repeat(1 << 14) }],
  ])('answers a request with %s as HTTP does, and no handler sees it', async (_what, changes) => {
    const before = JSON.stringify(served.server.counts.calls.filter(({ method }) => method === echo));
    peer.send(opening(1, echo, changes), body(hello));
    const { flags, payload } = await peer.frame(({ type, stream }) => type === headers && stream === 1);
    expect(flags).toBe(endHeaders | endStream);
    expect(payload.toString('latin1')).toMatch(/405|415|431/);
    expect(JSON.stringify(served.server.counts.calls.filter(({ method }) => method === echo))).toBe(before);
  });

  it('takes a timeout of eight digits', async () => {
    peer.send(opening(1, echo, { 'grpc-timeout': '99999999H' }), body(hello));
    expect(await peer.status(1)).toBe(0);
  });

  it('takes trailers of a request as its end', async () => {
    peer.send(opening(1), body(hello, 0), frame(headers, endHeaders | endStream, 1, Buffer.from('0001610162', 'hex')));
    expect(await peer.status(1)).toBe(0);
  });

  it('takes a message byte by byte', async () => {
    peer.send(opening(1), ...[...hello].map((byte) => body(Buffer.from([byte]), 0)), body(Buffer.alloc(0)));
    expect(await peer.status(1)).toBe(0);
    expect(peer.bytes(1)).toBe(hello.length);
  });

  it('tells a caller that was answered early that it need not send the rest, and takes what was on its way', async () => {
    peer.send(opening(1, '/t.T/Nothing'));
    expect(await peer.reset(1)).toBe(ErrorCode.noError);
    peer.send(body(Buffer.alloc(60_000), 0), body(Buffer.alloc(60_000)));
    await peer.seen();
  });

  it('keeps the windows of a connection right whatever becomes of its streams', async () => {
    const piece = Buffer.alloc(1 << 16);
    // Twice what the connection may send at once, all of it dropped.
    for (let id = 1; id < 2 * 256; id += 2) {
      peer.send(opening(id, '/t.T/Nothing'), frame(data, 0, id, piece));
      if (id % 64 === 1) await peer.seen(id);
    }
    await peer.seen();
    expect(peer.received.some(({ type, stream }) => type === FrameType.windowUpdate && stream === 0)).toBe(true);
  });

  it('forgets a call that is reset in the middle of its answer', async () => {
    peer.send(wholeCall(1, '/t.T/Size', number(1 << 20)));
    while (peer.bytes(1) === 0) await new Promise(setImmediate);
    peer.send(frame(resetStream, 0, 1, number(ErrorCode.cancel)));
    await peer.seen();
    expect(peer.bytes(1)).toBe(65_535);
    // The connection's window is used up until it is widened, for other streams.
    peer.send(frame(FrameType.windowUpdate, 0, 0, number(1 << 20)), wholeCall(3, '/t.T/Size', number(1_000)));
    expect(await peer.status(3)).toBe(0);
  });

  it('ends the calls of a connection that is cut', async () => {
    served.talking = undefined;
    const other = await BarePeer.greeted(served.port, [[Setting.initialWindowSize, 10]]);
    other.send(opening(1, '/t.T/Watch'), body(hello, 0));
    while (served.talking === undefined) await new Promise(setImmediate);
    const { seen } = served.talking as NonNullable<Served['talking']>;
    other.socket.resetAndDestroy();
    while (!seen.includes('cancelled')) await new Promise(setImmediate);
  });

  it('closes a connection whose peer has closed its half', async () => {
    const socket = connect({ port: served.port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    socket.end();
    socket.resume();
    await once(socket, 'end');
    socket.destroy();
  });
});

/** A DATA frame in frames that a server takes. */
function pieces(large: Buffer): Buffer[] {
  const payload = large.subarray(9);
  const count = Math.ceil(payload.length / (1 << 16));
  return Array.from({ length: count }, (_, at) => {
    const flags = at === count - 1 ? (large[4] ?? 0) : 0;
    return frame(data, flags, 1, payload.subarray(at << 16, (at + 1) << 16));
  });
}
