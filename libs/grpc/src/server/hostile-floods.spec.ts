import { ErrorCode, Flag, FrameType, PREFACE } from '../frames/protocol';
import { Setting, settingsFrame } from '../frames/settings';
import { BarePeer, callBlock, frame, many, number, opening, wholeCall, Witness } from './bare-peer.fixture';
import { Served } from './served.fixture';

const { data, headers, resetStream, ping, windowUpdate, continuation } = FrameType;
const { padded } = Flag;
const { enhanceYourCalm, refusedStream, cancel } = ErrorCode;
const RESET = number(cancel);
const MB = 1 << 20;

const reset = (id: number): Buffer => frame(resetStream, 0, id, RESET);

describe('a server of gRPC under floods', () => {
  let served: Served;
  let witness: Witness;

  beforeAll(async () => {
    served = await Served.start({ limits: { streams: 1_000, waitingBytes: 16 * MB } });
    witness = await Witness.of(served.port);
  });
  afterEach(async () => {
    expect(await witness.status()).toBe(0);
  });
  afterAll(() => {
    witness.destroy();
    return served.stop();
  });

  const wait = '/t.T/Wait';
  const zeroes = frame(windowUpdate, 0, 1, number(0)).subarray(9);
  it.each<[string, Buffer]>([
    ['PING', many(20_000, () => frame(ping, 0, 0, Buffer.alloc(8)))],
    ['SETTINGS', many(1_000, () => settingsFrame([[Setting.initialWindowSize, 1]]))],
    ['ACKs of SETTINGS', many(1_000, () => settingsFrame([], Flag.ack))],
    ['frames of an unknown type', many(20_000, () => frame(0xbb, 0, 0))],
    ['empty DATA', Buffer.concat([opening(1, wait), many(20_000, () => frame(data, 0, 1))])],
    [
      'DATA that is all padding',
      Buffer.concat([opening(1, wait), many(20_000, () => frame(data, padded, 1, Buffer.alloc(9, 8)))]),
    ],
    ['WINDOW_UPDATE', many(20_000, () => frame(windowUpdate, 0, 0, number(1)))],
    ['PRIORITY', many(20_000, (id) => frame(FrameType.priority, 0, id, Buffer.alloc(5)))],
    ['streams that are reset', many(2_000, (id) => Buffer.concat([wholeCall(id, wait), reset(id)]))],
    ['streams that are reset before their body', many(2_000, (id) => Buffer.concat([opening(id, wait), reset(id)]))],
    [
      'streams that have us reset them by WINDOW_UPDATE',
      many(2_000, (id) => Buffer.concat([opening(id, wait), frame(windowUpdate, 0, id, zeroes)])),
    ],
    [
      'streams that have us reset them by their headers',
      many(2_000, (id) => opening(id, wait, { ':path': undefined })),
    ],
    [
      'streams that have us reset them by data after the end',
      many(2_000, (id) => Buffer.concat([wholeCall(id, wait), frame(data, 0, id)])),
    ],
    ['streams beyond what was agreed', many(13_000, (id) => opening(id, wait))],
    ['resets of streams that are over', Buffer.concat([wholeCall(1), many(20_000, () => reset(1))])],
    ['CONTINUATION', Buffer.concat([frame(headers, 0, 1, callBlock()), many(1_000, () => frame(continuation, 0, 1))])],
    [
      'CONTINUATION with content',
      Buffer.concat([frame(headers, 0, 1), many(12, () => frame(continuation, 0, 1, Buffer.alloc(16_000, 0x84)))]),
    ],
  ])('ends a connection with a flood of %s', async (_what, flood) => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(flood);
    expect(await peer.goAway()).toBe(enhanceYourCalm);
  });

  it('refuses streams over the limit, serves those under it, and takes more as they end', async () => {
    const peer = await BarePeer.greeted(served.port);
    peer.send(
      many(1_000, (id) => wholeCall(id, wait)),
      wholeCall(2_001),
    );
    expect(await peer.reset(2_001)).toBe(refusedStream);
    // Who gives calls up has as much done for it as before, so that makes no room.
    peer.send(reset(1), wholeCall(2_003));
    expect(await peer.reset(2_003)).toBe(refusedStream);
    served.waiting?.answer(Buffer.alloc(0));
    expect(await peer.status(1_999)).toBe(0);
    peer.send(wholeCall(2_005));
    expect(await peer.status(2_005)).toBe(0);
    peer.destroy();
  });

  it('serves others while hundreds of connections say nothing, half of a preface or half of a frame', async () => {
    const beginnings = [
      [],
      [PREFACE.subarray(0, 10)],
      [PREFACE, settingsFrame([]), frame(data, 0, 1, Buffer.alloc(9)).subarray(0, 12)],
    ];
    const peers = await Promise.all(Array.from({ length: 300 }, () => BarePeer.silent(served.port)));
    peers.forEach((peer, at) => peer.send(...beginnings[at % 3]));
    const peer = await BarePeer.greeted(served.port);
    peer.send(wholeCall(1));
    expect(await peer.status(1)).toBe(0);
    for (const one of [...peers, peer]) one.destroy();
  });
});
