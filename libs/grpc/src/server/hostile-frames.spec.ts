import { ErrorCode, Flag, FrameType, PREFACE } from '../frames/protocol';
import { Setting, settingsFrame } from '../frames/settings';
import { BarePeer, callBlock, frame, holding, number, opening, wholeCall, Witness } from './bare-peer.fixture';
import { prefixed, Served } from './served.fixture';

const { data, headers, priority, resetStream, settings, pushPromise, ping, goAway, windowUpdate, continuation } =
  FrameType;
const { endStream, endHeaders, padded, ack } = Flag;
const { protocolError, flowControlError, frameSizeError, streamClosed, compressionError } = ErrorCode;
const bytes = (count: number): Buffer => Buffer.alloc(count);
const block = callBlock();
const half = Math.floor(block.length / 2);
const LARGEST = 2 ** 31 - 1;

describe('a server of gRPC under frames that break HTTP/2', () => {
  let served: Served;
  let witness: Witness;

  beforeAll(async () => {
    served = await Served.start();
    holding(served.server);
    witness = await Witness.of(served.port);
  });
  afterEach(async () => {
    // Others are served, whatever one connection does.
    expect(await witness.status()).toBe(0);
  });
  afterAll(() => {
    witness.destroy();
    return served.stop();
  });

  it.each<[string, number, readonly Buffer[]]>([
    ['a first frame that is not SETTINGS', protocolError, [PREFACE, frame(ping, 0, 0, bytes(8))]],
    ['a first SETTINGS that is an ACK', protocolError, [PREFACE, settingsFrame([], ack)]],
    [
      'a frame over the limit',
      frameSizeError,
      [PREFACE, settingsFrame([]), frame(data, 0, 1, bytes((1 << 16) + 1)).subarray(0, 9)],
    ],
    ['bytes that are no preface', protocolError, [Buffer.from('pri * http/2.0\r\n\r\nsm\r\n\r\n')]],
    ['a TLS hello', protocolError, [Buffer.from('1603010200010001fc0303', 'hex')]],
  ])('ends a connection that begins with %s', async (_what, code, parts) => {
    const peer = await BarePeer.silent(served.port);
    peer.send(...parts);
    expect(await peer.goAway()).toBe(code);
  });

  it('tells a caller of HTTP/1 what it found', async () => {
    const peer = await BarePeer.silent(served.port);
    let answer = '';
    peer.socket.removeAllListeners('data').on('data', (text: Buffer) => (answer += text.toString()));
    peer.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    while (!peer.closed) await new Promise(setImmediate);
    expect(answer).toMatch(/^HTTP\/1\.1 505 [^]*gRPC/);
  });

  it('takes a preface that comes byte by byte', async () => {
    const peer = await BarePeer.silent(served.port);
    for (const byte of Buffer.concat([PREFACE, settingsFrame([]), wholeCall(1)])) peer.send(Buffer.from([byte]));
    expect(await peer.status(1)).toBe(0);
    peer.destroy();
  });

  it.each<[string, number, readonly Buffer[]]>([
    ['DATA of no stream', protocolError, [frame(data, 0, 0, bytes(1))]],
    ['DATA of a stream that was never open', protocolError, [frame(data, 0, 1, bytes(1))]],
    ['DATA with more padding than content', protocolError, [opening(1), frame(data, padded, 1, Buffer.from([1]))]],
    ['DATA that has no room for its padding length', frameSizeError, [opening(1), frame(data, padded, 1)]],
    ['HEADERS of no stream', protocolError, [opening(0)]],
    ['HEADERS of a stream of the server', protocolError, [opening(2)]],
    [
      'HEADERS with more padding than content',
      protocolError,
      [frame(headers, endHeaders | padded, 1, Buffer.from([9, 0]))],
    ],
    ['HEADERS shorter than their priority', frameSizeError, [frame(headers, endHeaders | Flag.priority, 1, bytes(4))]],
    ['a header block that is none', compressionError, [frame(headers, endHeaders, 1, Buffer.from([0x80]))]],
    [
      'a header block that is none, behind a refused stream',
      compressionError,
      [opening(1, '/t.T/Echo', { ':path': undefined }), frame(headers, endHeaders, 3, Buffer.from([0xff]))],
    ],
    ['PRIORITY of no stream', protocolError, [frame(priority, 0, 0, bytes(5))]],
    ['RST_STREAM of no stream', protocolError, [frame(resetStream, 0, 0, bytes(4))]],
    ['RST_STREAM of a stream that was never open', protocolError, [frame(resetStream, 0, 1, bytes(4))]],
    ['RST_STREAM of the wrong size', frameSizeError, [opening(1), frame(resetStream, 0, 1, bytes(3))]],
    ['SETTINGS of a stream', protocolError, [frame(settings, 0, 1)]],
    ['SETTINGS of the wrong size', frameSizeError, [frame(settings, 0, 0, bytes(5))]],
    ['an ACK of SETTINGS with content', frameSizeError, [frame(settings, ack, 0, bytes(6))]],
    ['ENABLE_PUSH that is neither 0 nor 1', protocolError, [settingsFrame([[Setting.enablePush, 2]])]],
    ['a window that is too large', flowControlError, [settingsFrame([[Setting.initialWindowSize, 2 ** 31]])]],
    ['frames that are too small', protocolError, [settingsFrame([[Setting.maxFrameSize, 16_383]])]],
    ['frames that are too large', protocolError, [settingsFrame([[Setting.maxFrameSize, 2 ** 24]])]],
    ['PUSH_PROMISE', protocolError, [opening(1), frame(pushPromise, endHeaders, 1, bytes(4))]],
    ['PING of a stream', protocolError, [frame(ping, 0, 1, bytes(8))]],
    ['PING of the wrong size', frameSizeError, [frame(ping, 0, 0, bytes(7))]],
    ['GOAWAY of a stream', protocolError, [frame(goAway, 0, 1, bytes(8))]],
    ['GOAWAY that is too short', frameSizeError, [frame(goAway, 0, 0, bytes(7))]],
    ['WINDOW_UPDATE of the wrong size', frameSizeError, [frame(windowUpdate, 0, 0, bytes(5))]],
    ['WINDOW_UPDATE of a stream that was never open', protocolError, [frame(windowUpdate, 0, 1, number(1))]],
    ['a connection window widened by nothing', protocolError, [frame(windowUpdate, 0, 0, number(0))]],
    ['a connection window that overflows', flowControlError, [frame(windowUpdate, 0, 0, number(LARGEST))]],
    [
      'stream windows that overflow by SETTINGS',
      flowControlError,
      [
        opening(1),
        frame(windowUpdate, 0, 1, number(LARGEST - 65_535)),
        settingsFrame([[Setting.initialWindowSize, 65_536]]),
      ],
    ],
    ['CONTINUATION of nothing', protocolError, [frame(continuation, endHeaders, 1, block)]],
    [
      'CONTINUATION of another stream',
      protocolError,
      [frame(headers, 0, 1, block.subarray(0, half)), frame(continuation, endHeaders, 3, block.subarray(half))],
    ],
    [
      'a frame amid a header block',
      protocolError,
      [frame(headers, 0, 1, block.subarray(0, half)), frame(ping, 0, 0, bytes(8))],
    ],
    ['HEADERS amid a header block', protocolError, [frame(headers, 0, 1, block.subarray(0, half)), opening(3)]],
  ])('ends a connection with %s', async (_what, code, parts) => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(...parts);
    expect(await peer.goAway()).toBe(code);
  });

  it.each<[string, (peer: BarePeer) => Promise<unknown>]>([
    ['data', () => Promise.resolve()],
    ['data once the answer has come', (peer) => peer.status(1)],
  ])('ends a connection that sends %s on a stream after its end', async (_what, wait) => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(wholeCall(1, '/t.T/Echo'));
    await peer.status(1);
    await wait(peer);
    peer.send(frame(data, 0, 1, bytes(1)));
    expect(await peer.goAway()).toBe(streamClosed);
  });

  it('ends a connection whose streams fall', async () => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(wholeCall(5), wholeCall(3));
    expect([protocolError, streamClosed]).toContain(await peer.goAway());
  });

  it.each<[string, number, readonly Buffer[]]>([
    ['widens its window by nothing', protocolError, [frame(windowUpdate, 0, 1, number(0))]],
    ['widens its window too far', flowControlError, [frame(windowUpdate, 0, 1, number(LARGEST))]],
    ['has PRIORITY of the wrong size', frameSizeError, [frame(priority, 0, 1, bytes(4))]],
    ['has headers that are no end', protocolError, [frame(headers, endHeaders, 1, callBlock())]],
    ['has a pseudo header in its trailers', protocolError, [frame(headers, endHeaders | endStream, 1, callBlock())]],
    [
      'sends more than its window',
      flowControlError,
      Array.from({ length: 17 }, () => frame(data, 0, 1, bytes(1 << 16))),
    ],
  ])('resets a stream that %s, and the connection goes on', async (_what, code, parts) => {
    const peer = await BarePeer.greeted(served.port);
    // Nothing is taken of a stream whose handler waits.
    peer.send(opening(1, '/t.T/Hold'), ...parts);
    expect(await peer.reset(1)).toBe(code);
    peer.send(wholeCall(3));
    expect(await peer.status(3)).toBe(0);
    peer.destroy();
  });

  it('resets a stream that sends data or headers after its end while it is at work', async () => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(wholeCall(1, '/t.T/Wait'), frame(data, 0, 1, bytes(1)));
    peer.send(wholeCall(3, '/t.T/Wait'), frame(headers, endHeaders | endStream, 3, bytes(0)));
    expect([await peer.reset(1), await peer.reset(3)]).toEqual([streamClosed, streamClosed]);
    peer.destroy();
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['no :method', { ':method': undefined }],
    ['no :path', { ':path': undefined }],
    ['an empty :path', { ':path': '' }],
    ['upper case', { 'X-a': '1' }],
    ['a header about the connection', { connection: 'keep-alive' }],
    ['te that is not trailers', { te: 'gzip' }],
    ['a line feed in a value', { 'x-a': 'a\nb' }],
    ['a pseudo header that is none', { ':x': '1' }],
  ])('resets a stream whose headers have %s', async (_what, changes) => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(opening(1, '/t.T/Echo', changes), frame(data, endStream, 1, prefixed(bytes(1))), wholeCall(3));
    expect(await peer.reset(1)).toBe(protocolError);
    expect(await peer.status(3)).toBe(0);
    peer.destroy();
  });

  it('passes over what it does not know or need', async () => {
    const peer = await BarePeer.greeted(served.port, [
      [0xff, 1],
      [3, 0],
    ]);
    peer.send(frame(0x2a, 0xff, 7, bytes(100)), frame(priority, 0, 99, bytes(5)), frame(goAway, 0, 0, bytes(8)));
    const prioritised = Buffer.concat([bytes(6), block]);
    peer.send(frame(headers, endHeaders | Flag.priority | padded, 1, prioritised));
    peer.send(frame(data, padded | endStream, 1, Buffer.concat([Buffer.from([7]), prefixed(bytes(3)), bytes(7)])));
    expect(await peer.status(1)).toBe(0);
    peer.destroy();
  });
});
