import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { CallError } from '../call/status';
import { Flag, FrameType } from '../frames/protocol';
import { BarePeer, frame, many, type SentFrame, number, opening, wholeCall } from './bare-peer.fixture';
import { prefixed, Served } from './served.fixture';

const { data } = FrameType;
const { endStream } = Flag;
const MB = 1 << 20;
const turn = (): Promise<void> => new Promise(setImmediate);
const nothing = (): void => undefined;

describe('a server of gRPC with handlers that throw or take long', () => {
  let served: Served;
  let peer: BarePeer;
  const faults: unknown[] = [];
  const watch = (error: unknown): void => void faults.push(error);

  beforeEach(async () => {
    process.on('unhandledRejection', watch).on('uncaughtException', watch);
    served = await Served.start({ limits: { streams: 1_000 } });
    peer = await BarePeer.greeted(served.port);
  });
  afterEach(async () => {
    peer.destroy();
    await served.stop();
    process.removeListener('unhandledRejection', watch).removeListener('uncaughtException', watch);
    expect(faults.splice(0)).toEqual([]);
  });

  it('gives a status when a handler throws at a message that was compressed', async () => {
    served.server.duplex(
      '/t.T/Fussy',
      (call) => ({
        message: () => {
          throw new CallError(status.INVALID_ARGUMENT, 'not like this');
        },
        ended: () => call.end(),
        ...{ drained: nothing, cancelled: nothing, draining: nothing },
      }),
      { maxBytes: 1_000 },
    );
    const packed = prefixed(gzipSync(Buffer.from('a')), true);
    peer.send(opening(1, '/t.T/Fussy', { 'grpc-encoding': 'gzip' }), frame(data, 0, 1, packed));
    for (let at = 0; at < 200 && faults.length === 0 && !peer.received.some((one) => one.stream === 1); at++)
      await turn();
    expect(faults).toEqual([]);
    expect(await peer.status(1)).toBe(status.INVALID_ARGUMENT);
  });

  it.each<[string, 'cancelled' | 'drained' | 'draining', Record<string, string>, (peer: BarePeer) => void]>([
    ['that its deadline has passed', 'cancelled', { 'grpc-timeout': '1m' }, nothing],
    ['that it was reset', 'cancelled', {}, (one) => one.send(frame(FrameType.resetStream, 0, 1, number(8)))],
    ['that its connection is gone', 'cancelled', {}, (one) => one.socket.resetAndDestroy()],
    [
      'that what it wrote is sent',
      'drained',
      {},
      (one) =>
        one.send(frame(FrameType.windowUpdate, 0, 1, number(MB)), frame(FrameType.windowUpdate, 0, 0, number(MB))),
    ],
  ])('outlives a handler that throws when it is told %s', async (_what, when, headers, act) => {
    const told = Promise.withResolvers<void>();
    const throwing = (): void => {
      told.resolve();
      throw new Error('thrown in between');
    };
    served.server.duplex(
      '/t.T/Throwing',
      (call) => ({
        message: () => void call.write(Buffer.alloc(300_000)),
        ended: nothing,
        drained: nothing,
        cancelled: nothing,
        draining: nothing,
        [when]: throwing,
      }),
      { maxBytes: 1_000 },
    );
    peer.send(opening(1, '/t.T/Throwing', headers), frame(data, 0, 1, prefixed(Buffer.from('a'))));
    await peer.seen();
    act(peer);
    await told.promise;
    const other = await BarePeer.greeted(served.port);
    other.send(wholeCall(1));
    expect(await other.status(1)).toBe(0);
    other.destroy();
  });

  it('inflates no more for a connection than it may have streams, also for calls that are over', async () => {
    const bomb = prefixed(gzipSync(Buffer.alloc(4 * MB)), true);
    const headers = { 'grpc-encoding': 'gzip', 'grpc-timeout': '1n' };
    const call = (id: number): Buffer =>
      Buffer.concat([opening(id, '/t.T/Echo', headers), frame(data, endStream, id, bomb)]);
    const ends = (id: number) => (one: SentFrame) =>
      one.stream === id && (one.type === FrameType.resetStream || (one.flags & endStream) !== 0);
    peer.send(many(1_000, call));
    await peer.frame(ends(1_999));
    peer.send(many(100, (id) => call(2_000 + id)));
    await peer.frame(ends(2_199));
    expect(peer.received.filter(({ type }) => type === FrameType.resetStream).length).toBeGreaterThan(50);
  });

  it('runs no more handlers for a connection than it may have streams, also of calls that are over', async () => {
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    served.server.unary(
      '/t.T/Slow',
      () => {
        most = Math.max(most, ++running);
        return new Promise((resolve) => ends.push(() => (running--, resolve(Buffer.alloc(0)))));
      },
      { maxBytes: 100 },
    );
    for (let first = 0; first < 3_000; first += 1_000) {
      const call = (id: number): Buffer =>
        Buffer.concat([
          opening(2 * first + id, '/t.T/Slow', { 'grpc-timeout': '1n' }),
          frame(data, endStream, 2 * first + id, prefixed(Buffer.alloc(1))),
        ]);
      peer.send(many(1_000, call));
      await peer.frame(
        ({ stream, flags, type }) =>
          stream === 2 * first + 1_999 && (type === FrameType.resetStream || (flags & endStream) !== 0),
      );
    }
    expect(most).toBe(1_000);
    for (const end of ends) end();
    peer.send(wholeCall(9_001));
    expect(await peer.status(9_001)).toBe(0);
  });
});
