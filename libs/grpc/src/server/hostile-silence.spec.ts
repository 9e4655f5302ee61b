import { ErrorCode, Flag, FrameType, PREFACE } from '../frames/protocol';
import { Setting } from '../frames/settings';
import { BarePeer, callBlock, frame, number, opening, wholeCall } from './bare-peer.fixture';
import { Served } from './served.fixture';

const { headers, data } = FrameType;
const SOON = 100;

describe('a server of gRPC under silence', () => {
  let served: Served;
  afterEach(() => served.stop());

  it('ends connections that say nothing, go on without end, read nothing or have nothing to ask, and counts them', async () => {
    served = await Served.start({ limits: { headerMs: SOON, stalledMs: SOON, idleMs: SOON } });
    const { port } = served;
    const silent = await BarePeer.silent(port);
    const halfway = await BarePeer.silent(port);
    halfway.send(PREFACE.subarray(0, 20));
    const ungreeted = await BarePeer.silent(port);
    ungreeted.polite = false;
    ungreeted.send(PREFACE);
    const endless = await BarePeer.greeted(port);
    // It acknowledges settings before, as nothing may stand amid a header block.
    await endless.seen();
    endless.send(frame(headers, 0, 1, callBlock()));
    const stalled = await BarePeer.greeted(port, [[Setting.initialWindowSize, 0]]);
    stalled.send(wholeCall(1));
    const idle = await BarePeer.greeted(port);
    const waiting = await BarePeer.greeted(port);
    waiting.send(opening(1, '/t.T/Watch'));
    for (const peer of [silent, halfway, ungreeted]) expect(await peer.goAway()).toBe(ErrorCode.protocolError);
    expect(await endless.goAway()).toBe(ErrorCode.enhanceYourCalm);
    while (!stalled.closed) await new Promise(setImmediate);
    expect(await idle.goAway()).toBe(ErrorCode.noError);
    // A stream that is open is something to ask, also where nothing comes for long.
    await waiting.seen();
    expect(waiting.closed).toBe(false);
    waiting.destroy();
    expect(served.server.counts.ended).toMatchObject({
      silent: 4,
      stalled: 1,
      idle: 1,
      protocol: 0,
      flood: 0,
      fault: 0,
    });
  });

  it('drops connections over its limit, and takes others when there is room', async () => {
    served = await Served.start({ maxConnections: 2 });
    const [first, second] = await Promise.all([BarePeer.greeted(served.port), BarePeer.greeted(served.port)]);
    await Promise.all([first.seen(), second.seen()]);
    const third = await BarePeer.greeted(served.port);
    while (!third.closed) await new Promise(setImmediate);
    expect(served.server.counts.ended.full).toBe(1);
    first.destroy();
    while (served.server.counts.open > 1) await new Promise(setImmediate);
    const fourth = await BarePeer.greeted(served.port);
    fourth.send(wholeCall(1));
    expect(await fourth.status(1)).toBe(0);
    for (const peer of [second, fourth]) peer.destroy();
  });

  it('serves what was sent before it said that it shuts down, also to a peer that says nothing of it', async () => {
    served = await Served.start();
    const peer = await BarePeer.greeted(served.port);
    peer.send(wholeCall(1, '/t.T/Wait'));
    while (served.waiting === undefined) await new Promise(setImmediate);
    const drained = served.server.drain(20_000);
    const { payload } = await peer.frame(({ type }) => type === FrameType.goAway);
    expect([payload.readUInt32BE(), payload.readUInt32BE(4)]).toEqual([2 ** 31 - 1, ErrorCode.noError]);
    peer.send(wholeCall(3));
    expect(await peer.status(3)).toBe(0);
    const ping = await peer.frame(({ type, flags }) => type === FrameType.ping && flags === 0);
    peer.send(frame(FrameType.ping, Flag.ack, 0, ping.payload));
    await peer.frame(({ type, payload: said }) => type === FrameType.goAway && said.readUInt32BE() === 3);
    // What was opened in spite of it is passed over: neither answered nor an error.
    peer.send(wholeCall(5), frame(data, Flag.endStream, 5), frame(FrameType.resetStream, 0, 5, number(8)));
    await peer.seen();
    served.waiting.answer(Buffer.from('at last'));
    expect(await peer.status(1)).toBe(0);
    expect(peer.received.some(({ stream }) => stream === 5)).toBe(false);
    await drained;
    while (!peer.closed) await new Promise(setImmediate);
  });
});
