import { FrameType } from '../frames/protocol';
import { Setting } from '../frames/settings';
import {
  BarePeer,
  frame,
  heldBufferBytes,
  heldBytes,
  holding,
  many,
  number,
  opening,
  wholeCall,
} from './bare-peer.fixture';
import { prefixed, Served } from './served.fixture';

const { data, windowUpdate } = FrameType;
const UNKNOWN_TYPE = 0xbb;
const MB = 1 << 20;

describe('the memory of a server of gRPC', () => {
  let served: Served;
  let peer: BarePeer;

  beforeEach(async () => {
    served = await Served.start({ limits: { streams: 1_000, waitingBytes: 16 * MB } });
    holding(served.server);
    peer = await BarePeer.greeted(served.port);
  });
  afterEach(() => {
    peer.destroy();
    return served.stop();
  });

  it('is small for a peer that reads nothing', async () => {
    const other = await BarePeer.greeted(served.port, [[Setting.initialWindowSize, 2 ** 31 - 1]]);
    await other.seen();
    other.socket.pause();
    const before = await heldBytes();
    other.send(frame(windowUpdate, 0, 0, number(2 ** 31 - 65_536)));
    const ask = (id: number): Buffer => wholeCall(id, '/t.T/Size', number(MB));
    for (let first = 0; first < 400; first += 10) {
      other.send(many(10, (id) => ask(id + 2 * first)));
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    }
    expect(await heldBytes(before + 32 * MB)).toBeLessThan(before + 32 * MB);
    other.destroy();
  });

  it('is small for a peer that gives no window', async () => {
    const other = await BarePeer.greeted(served.port, [[Setting.initialWindowSize, 0]]);
    await other.seen();
    const before = await heldBytes();
    for (let first = 0; first < 400 && !other.closed; first += 10) {
      other.send(many(10, (id) => wholeCall(id + 2 * first, '/t.T/Size', number(MB))));
      await other.seen().catch(() => undefined);
    }
    expect(await heldBytes(before + 32 * MB)).toBeLessThan(before + 32 * MB);
    other.destroy();
  });

  it('is counted for messages that are whole and wait for the end of their stream', async () => {
    const before = await heldBytes();
    const part = Buffer.alloc(1 << 16);
    const message = prefixed(Buffer.alloc(4 * MB - 5));
    for (let id = 1; id < 240; id += 2) {
      peer.send(opening(id));
      for (let at = 0; at < message.length; at += part.length) {
        peer.send(frame(data, 0, id, message.subarray(at, at + part.length)));
        if (peer.socket.writableNeedDrain) await peer.seen();
      }
      await peer.seen();
    }
    expect(await heldBytes(before + 300 * MB)).toBeLessThan(before + 300 * MB);
  });

  it('keeps no chunk of a socket for a small message that waits for the end of its stream', async () => {
    const before = await heldBufferBytes();
    for (let id = 1; id < 1_000; id += 2) {
      // All of it lands in few chunks, and the message in one of them.
      peer.send(
        opening(id),
        frame(data, 0, id, prefixed(Buffer.alloc(5))),
        frame(UNKNOWN_TYPE, 0, 0, Buffer.alloc(60_000)),
      );
      await peer.seen();
    }
    expect(await heldBufferBytes(before + 8 * MB)).toBeLessThan(before + 8 * MB);
  });

  it('holds little more than their content of tiny frames that nobody takes', async () => {
    peer.send(opening(1, '/t.T/Hold'));
    const before = await heldBytes();
    const tiny = many(20_000, () => frame(data, 0, 1, Buffer.alloc(1)));
    for (let sent = 0; sent < 10; sent++) {
      peer.send(tiny);
      await peer.seen();
    }
    expect(await heldBytes(before + 8 * MB)).toBeLessThan(before + 8 * MB);
  });

  it('is small for small answers that a peer does not read, each of its own turn', async () => {
    const ends: (() => void)[] = [];
    served.server.unary('/t.T/Later', () => new Promise((resolve) => ends.push(() => resolve(Buffer.alloc(0)))), {
      maxBytes: 100,
    });
    const wide = await BarePeer.greeted(served.port, [[Setting.initialWindowSize, 2 ** 31 - 1]]);
    wide.send(frame(windowUpdate, 0, 0, number(2 ** 31 - 65_536)));
    wide.send(many(900, (id) => wholeCall(id, '/t.T/Later')));
    await wide.seen();
    wide.socket.pause();
    wide.send(many(10, (id) => wholeCall(2_000 + id, '/t.T/Size', number(4 * MB - 10))));
    for (let at = 0; at < 200; at++) await new Promise(setImmediate);
    const before = await heldBytes();
    for (const end of ends) {
      end();
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
    expect(ends).toHaveLength(900);
    expect(await heldBytes(before + 16 * MB)).toBeLessThan(before + 16 * MB);
    wide.destroy();
  });
});
