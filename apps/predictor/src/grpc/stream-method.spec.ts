import { connect } from 'node:http2';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { RpcServer, type DuplexCall } from '@adlift/grpc';
import { streamHandler, type StreamHandler } from './stream-method';

const PATH = '/test.Stream/Talk';
const ANSWER = Buffer.alloc(2_000, 1);
const same = (bytes: Buffer): Buffer => bytes;

describe('a stream of messages', () => {
  const server = new RpcServer({});
  let port: number;
  let handled = 0;
  let handle: StreamHandler;
  let maxAgeMs = 60_000;
  /** Whether the newest stream is held back. */
  let paused = false;
  /** Resolves when the newest stream takes what comes again, as one does that is over its age. */
  let resumed: PromiseWithResolvers<undefined>;

  beforeAll(async () => {
    server.duplex(
      PATH,
      (call) => {
        const watched = Object.create(call) as DuplexCall;
        watched.pause = () => {
          paused = true;
          call.pause();
        };
        watched.resume = () => {
          call.resume();
          resumed.resolve(undefined);
        };
        return streamHandler((bytes) => handle(bytes), maxAgeMs)(watched);
      },
      { maxBytes: 1_000 },
    );
    port = await server.listen(0, '127.0.0.1');
  });
  afterAll(() => server.drain(0));
  beforeEach(() => {
    handled = 0;
    paused = false;
    resumed = Promise.withResolvers();
    maxAgeMs = 60_000;
    handle = () => {
      handled++;
      return Promise.resolve(ANSWER);
    };
  });

  const open = () => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const stream = client.makeBidiStreamRequest(PATH, same, same, new Metadata());
    const ended = new Promise<{ code: number; answers: number }>((resolve) => {
      let answers = 0;
      stream.on('data', () => answers++);
      stream.on('error', () => undefined);
      stream.on('status', ({ code }: { code: number }) => {
        client.close();
        resolve({ code, answers });
      });
    });
    return { stream, ended };
  };

  it('answers all that came before the caller ended its side', async () => {
    const { stream, ended } = open();
    for (let i = 0; i < 1_500; i++) stream.write(Buffer.from('x'));
    stream.end();
    expect(await ended).toEqual({ code: status.OK, answers: 1_500 });
  });

  it('ends at its age, when what had come is answered', async () => {
    maxAgeMs = 50;
    const late = Promise.withResolvers<Buffer>();
    handle = () => late.promise;
    const { stream, ended } = open();
    stream.write(Buffer.from('x'));
    await resumed.promise;
    late.resolve(ANSWER);
    expect(await ended).toEqual({ code: status.OK, answers: 1 });
  });

  it('is not answered any more once it is cancelled, and the next one is', async () => {
    const late = Promise.withResolvers<Buffer>();
    const came = Promise.withResolvers<undefined>();
    handle = () => {
      came.resolve(undefined);
      return late.promise;
    };
    const cancelled = open();
    for (let i = 0; i < 20; i++) cancelled.stream.write(Buffer.from('x'));
    await came.promise;
    cancelled.stream.cancel();
    expect(await cancelled.ended).toEqual({ code: status.CANCELLED, answers: 0 });
    late.resolve(ANSWER);
    const next = open();
    next.stream.write(Buffer.from('x'));
    next.stream.end();
    expect(await next.ended).toEqual({ code: status.OK, answers: 1 });
  });

  it('takes no more messages from a caller that reads no answers', async () => {
    const session = connect(`http://127.0.0.1:${port}`);
    await once(session, 'connect');
    const headers = { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(headers);
    stream.on('error', () => undefined);
    stream.pause();
    // Length-prefixed messages of 300 bytes.
    const message = Buffer.concat([Buffer.from([0, 0, 0, 1, 44]), Buffer.alloc(300)]);
    const before = 3_000;
    for (let i = 0; i < before; i++) stream.write(message);
    while (!paused && handled < before) await setImmediate();
    expect(handled).toBeLessThan(before / 2);
    stream.resume();
    stream.end();
    await once(stream, 'end');
    expect(handled).toBe(before);
    session.close();
  });
});
