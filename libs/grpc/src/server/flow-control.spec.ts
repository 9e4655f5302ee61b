import { constants, type ClientHttp2Session } from 'node:http2';
import { once } from 'node:events';
import { http2Call, prefixed, Served } from './served.fixture';

/** Asks /t.T/Size for so many bytes. */
function sized(bytes: number): Buffer {
  const message = Buffer.alloc(4);
  message.writeUInt32BE(bytes);
  return prefixed(message);
}

describe('a peer with small windows', () => {
  let served: Served;
  let session: ClientHttp2Session;

  beforeAll(async () => {
    served = await Served.start();
  });
  afterAll(() => served.stop());

  it('gets answers that are many times as large', async () => {
    session = served.session({ settings: { initialWindowSize: 1_000 } });
    const answers = await Promise.all(
      [100_000, 1, 50_000, 999, 1_000, 1_001].map((bytes) => http2Call(session, '/t.T/Size', sized(bytes))),
    );
    expect(answers.map(({ body }) => body.length - 5)).toEqual([100_000, 1, 50_000, 999, 1_000, 1_001]);
    for (const { trailers } of answers) expect(trailers['grpc-status']).toBe('0');
  });

  it('gets nothing on a stream without a window, and all of it once there is one', async () => {
    session = served.session({ settings: { initialWindowSize: 0 } });
    const headers = { ':method': 'POST', ':path': '/t.T/Size', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(headers);
    let got = 0;
    stream.on('data', (bytes: Buffer) => (got += bytes.length));
    stream.end(sized(100_000));
    await once(stream, 'response');
    await new Promise((resolve) => session.ping((error) => resolve(error)));
    expect(got).toBe(0);
    session.settings({ initialWindowSize: 1 << 16 });
    await once(stream, 'end');
    expect(got).toBe(100_005);
  });

  it('has its large answer beside small ones, which do not wait for it', async () => {
    session = served.session({ settings: { initialWindowSize: 1 << 24 } });
    const order: number[] = [];
    const ask = async (bytes: number): Promise<void> => {
      await http2Call(session, '/t.T/Size', sized(bytes));
      order.push(bytes);
    };
    await Promise.all([ask(4 << 20), ask(10), ask(2_000)]);
    expect(order.at(-1)).toBe(4 << 20);
  });

  it('has large answers side by side, a frame of each in turn', async () => {
    session = served.session();
    const order: number[] = [];
    const headers = { ':method': 'POST', ':path': '/t.T/Size', 'content-type': 'application/grpc', te: 'trailers' };
    const ends = [1, 2, 3].map((which) => {
      const stream = session.request(headers);
      stream.on('data', () => order.push(which));
      stream.end(sized(400_000));
      return once(stream, 'end');
    });
    await Promise.all(ends);
    const changes = order.filter((which, i) => i > 0 && which !== order[i - 1]).length;
    expect(changes).toBeGreaterThan(order.length / 2);
  });

  it('holds the server to bounded memory while it reads nothing, and a reset frees it', async () => {
    session = served.session({ settings: { initialWindowSize: 0 } });
    const headers = { ':method': 'POST', ':path': '/t.T/Watch', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(headers);
    stream.on('error', () => undefined);
    stream.write(prefixed(Buffer.alloc(70_000)));
    while (served.talking === undefined) await new Promise(setImmediate);
    const { call, seen } = served.talking;
    while (call.write(Buffer.alloc(1_000))) await new Promise(setImmediate);
    expect(call.write(Buffer.alloc(1_000))).toBe(false);
    stream.close(constants.NGHTTP2_CANCEL);
    while (!seen.includes('cancelled')) await new Promise(setImmediate);
    expect(call.write(Buffer.alloc(1_000))).toBe(true);
  });
});

describe('a stream whose handler does not take messages', () => {
  it('holds the caller back, and hands over all in order when it does', async () => {
    const served = await Served.start();
    const taken: number[] = [];
    const held = Promise.withResolvers<() => void>();
    served.server.duplex(
      '/t.T/Hold',
      (call) => {
        call.pause();
        held.resolve(() => call.resume());
        const nothing = (): void => undefined;
        return {
          message: (bytes) => void taken.push(bytes.readUInt32BE()),
          ended: () => call.end(),
          ...{ drained: nothing, cancelled: nothing, draining: nothing },
        };
      },
      { maxBytes: 10_000 },
    );
    const session = served.session();
    const headers = { ':method': 'POST', ':path': '/t.T/Hold', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(headers);
    const messages = 400;
    for (let i = 0; i < messages; i++) {
      const message = Buffer.alloc(10_000);
      message.writeUInt32BE(i);
      stream.write(prefixed(message));
    }
    stream.end();
    stream.resume();
    const resume = await held.promise;
    // The window is used up: what is left is not sent.
    while ((session.state.remoteWindowSize ?? 0) !== (1 << 23) - (1 << 20)) await new Promise(setImmediate);
    await new Promise((resolve) => session.ping((error) => resolve(error)));
    expect(taken).toEqual([]);
    expect(stream.writableLength).toBeGreaterThan(1 << 20);
    resume();
    await once(stream, 'close');
    expect(taken).toEqual(Array.from({ length: messages }, (_, i) => i));
    await served.stop();
  });
});
