import { gzipSync, deflateSync } from 'node:zlib';
import { once } from 'node:events';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { http2Call, prefixed, Served } from './served.fixture';
import { WatchedWay } from './watched-way.fixture';

const same = (bytes: Buffer): Buffer => bytes;
const GZIP = 2;
const CANCELLED = Number(status.CANCELLED);

describe('a server of gRPC', () => {
  let served: Served;
  let client: Client;

  beforeAll(async () => {
    served = await Served.start();
    client = served.client();
  });
  afterAll(() => served.stop());

  function unary(
    method: string,
    message: Buffer,
    { metadata = new Metadata(), deadline = Infinity, by = client } = {},
  ): Promise<Buffer> {
    return new Promise((resolve, reject) =>
      by.makeUnaryRequest(`/t.T/${method}`, same, same, message, metadata, { deadline }, (error, answer) =>
        error === null && answer !== undefined ? resolve(answer) : reject(error ?? new Error('no answer')),
      ),
    );
  }

  async function refused(call: Promise<unknown>): Promise<ServiceError> {
    return call.then(
      () => {
        throw new Error('it was answered');
      },
      (error: unknown) => error as ServiceError,
    );
  }

  describe('under the client of grpc-js', () => {
    it('answers', async () => {
      expect((await unary('Echo', Buffer.from('hello'))).toString()).toBe('hello');
      expect(await unary('Echo', Buffer.alloc(0))).toHaveLength(0);
    });

    it('answers a hundred calls at a time on one connection', async () => {
      const texts = Array.from({ length: 100 }, (_, i) => `${i}`.repeat(i + 1));
      const answers = await Promise.all(texts.map((text) => unary('Echo', Buffer.from(text))));
      expect(answers.map(String)).toEqual(texts);
    });

    it('takes and gives messages that are many times larger than frames and windows', async () => {
      const large = Buffer.alloc(3 << 20, Array.from({ length: 251 }, (_, i) => i) as unknown as Uint8Array);
      const answers = await Promise.all(Array.from({ length: 4 }, () => unary('Echo', large)));
      for (const answer of answers) expect(answer.equals(large)).toBe(true);
    });

    it('gives the status that a handler throws, with its message and metadata', async () => {
      const { code, details, metadata } = await refused(unary('Throw', Buffer.from('status')));
      expect({ code, details, field: metadata.get('t-field') }).toEqual({
        code: status.FAILED_PRECONDITION,
        details: 'größer als 100 %\n',
        field: ['a'],
      });
    });

    it.each([
      ['throws at once', 'at once'],
      ['rejects', 'later'],
    ])('gives a status when a handler %s', async (_how, message) => {
      expect((await refused(unary('Throw', Buffer.from(message)))).code).toBe(status.UNKNOWN);
    });

    it('says which method it does not have', async () => {
      const { code, details } = await refused(unary('Nothing', Buffer.alloc(0)));
      expect([code, details]).toEqual([status.UNIMPLEMENTED, 'there is no method /t.T/Nothing']);
    });

    it('reads metadata, also what is binary', async () => {
      const metadata = new Metadata();
      metadata.set('t-text', 'a text');
      metadata.set('t-bytes-bin', Buffer.from([0, 255, 10]));
      expect((await unary('Header', Buffer.from('t-text'), { metadata })).toString()).toBe('a text');
      expect(await unary('Header', Buffer.from('t-bytes-bin'), { metadata })).toEqual(Buffer.from([0, 255, 10]));
      expect((await unary('Header', Buffer.from('t-none'), { metadata })).toString()).toBe('(none)');
    });

    it('refuses who has no key, also one with a body under way', async () => {
      expect((await refused(unary('Guarded', Buffer.alloc(1 << 20)))).code).toBe(status.UNAUTHENTICATED);
      const metadata = new Metadata();
      metadata.set('authorization', 'Bearer k');
      expect((await unary('Guarded', Buffer.from('in'), { metadata })).toString()).toBe('in');
    });

    it('refuses a message over the limit', async () => {
      expect((await refused(unary('Echo', Buffer.alloc((4 << 20) + 1)))).code).toBe(status.RESOURCE_EXHAUSTED);
    });

    it('reads compressed messages', async () => {
      const gzip = served.client({ 'grpc.default_compression_algorithm': GZIP });
      expect((await unary('Echo', Buffer.alloc(10_000, 'abc'), { by: gzip })).equals(Buffer.alloc(10_000, 'abc'))).toBe(
        true,
      );
    });

    it('ends a call at its deadline, and drops the answer that comes too late', async () => {
      const deadline = Date.now() + 60;
      const call = unary('Wait', Buffer.alloc(0), { deadline });
      expect((await refused(call)).code).toBe(status.DEADLINE_EXCEEDED);
      served.waiting?.answer(Buffer.from('late'));
      expect((await unary('Echo', Buffer.from('next'))).toString()).toBe('next');
    });

    it('forgets a call that is cancelled', async () => {
      served.waiting = undefined;
      const call = client.makeUnaryRequest('/t.T/Wait', same, same, Buffer.alloc(0), () => undefined);
      while (served.waiting === undefined) await new Promise(setImmediate);
      call.cancel();
      const cancelled = (): boolean =>
        served.server.counts.calls.some(({ method, code }) => method === '/t.T/Wait' && code === CANCELLED);
      while (!cancelled()) await new Promise(setImmediate);
      (served.waiting as NonNullable<Served['waiting']>).answer(Buffer.from('nobody waits'));
      expect((await unary('Echo', Buffer.from('next'))).toString()).toBe('next');
    });

    it('answers its keep-alive pings', async () => {
      const way = await WatchedWay.to(served.port);
      const options = { 'grpc.keepalive_time_ms': 20, 'grpc.keepalive_timeout_ms': 1_000 };
      const pinging = new Client(`127.0.0.1:${way.port}`, credentials.createInsecure(), options);
      const call = unary('Wait', Buffer.alloc(0), { by: pinging });
      while (way.pongs < 3) await new Promise(setImmediate);
      served.waiting?.answer(Buffer.from('still there'));
      expect((await call).toString()).toBe('still there');
      pinging.close();
      way.close();
    });

    it('talks both ways until both are done', async () => {
      const stream = client.makeBidiStreamRequest('/t.T/Talk', same, same);
      const answers: string[] = [];
      stream.on('data', (bytes: Buffer) => answers.push(bytes.toString()));
      for (let i = 0; i < 1_000; i++) stream.write(Buffer.from(`${i}`));
      stream.end();
      const [ended] = (await once(stream, 'status')) as [{ code: number }];
      expect(ended.code).toBe(status.OK);
      expect(answers).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i}`));
    });

    it('tells a handler of a stream that is cancelled', async () => {
      const stream = client.makeBidiStreamRequest('/t.T/Watch', same, same);
      stream.on('error', () => undefined);
      stream.write(Buffer.from('hello'));
      await once(stream, 'data');
      stream.cancel();
      while (served.talking?.seen.includes('cancelled') !== true) await new Promise(setImmediate);
      expect(served.talking.seen).toEqual(['cancelled']);
    });
  });

  describe('under node:http2', () => {
    it('answers with what gRPC prescribes', async () => {
      const answer = await http2Call(served.session(), '/t.T/Echo', prefixed(Buffer.from('hello')));
      expect(answer.headers).toMatchObject({ ':status': 200, 'content-type': 'application/grpc' });
      expect(answer.trailers).toMatchObject({ 'grpc-status': '0' });
      expect(answer.body).toEqual(prefixed(Buffer.from('hello')));
    });

    it.each([
      ['gzip', gzipSync(Buffer.from('packed'))],
      ['deflate', deflateSync(Buffer.from('packed'))],
    ])('reads %s', async (encoding, bytes) => {
      const headers = { 'grpc-encoding': encoding };
      const answer = await http2Call(served.session(), '/t.T/Echo', prefixed(bytes, true), headers);
      expect(answer.body).toEqual(prefixed(Buffer.from('packed')));
    });

    it.each<[string, Buffer, Record<string, string>, number]>([
      ['an unknown encoding', prefixed(Buffer.from('a'), true), { 'grpc-encoding': 'br' }, status.UNIMPLEMENTED],
      ['a compressed message without an encoding', prefixed(Buffer.from('a'), true), {}, status.INTERNAL],
      ['bytes that are not of the encoding', prefixed(Buffer.from('a'), true), { 'grpc-encoding': 'gzip' }, 13],
      [
        'a message that unpacks to more than the limit',
        prefixed(gzipSync(Buffer.alloc(64 << 20)), true),
        { 'grpc-encoding': 'gzip' },
        status.RESOURCE_EXHAUSTED,
      ],
      ['two messages', Buffer.concat([prefixed(Buffer.from('a')), prefixed(Buffer.from('b'))]), {}, 12],
      ['no message', Buffer.alloc(0), {}, status.UNIMPLEMENTED],
      ['a message that is cut off', prefixed(Buffer.from('abc')).subarray(0, 6), {}, status.INTERNAL],
      ['a malformed deadline', prefixed(Buffer.from('a')), { 'grpc-timeout': '10 S' }, status.INTERNAL],
    ])('refuses %s', async (_what, body, headers, code) => {
      const { trailers, headers: answered } = await http2Call(served.session(), '/t.T/Echo', body, headers);
      expect(Number(answered['grpc-status'] ?? trailers['grpc-status'])).toBe(code);
    });

    it('says what it reads to who compresses otherwise', async () => {
      const headers = { 'grpc-encoding': 'br' };
      const answer = await http2Call(served.session(), '/t.T/Echo', prefixed(Buffer.from('a'), true), headers);
      expect(answer.headers['grpc-accept-encoding']).toBe('identity,gzip,deflate');
    });

    it.each([
      ['GET', 'application/grpc', 405],
      ['POST', 'application/json', 415],
      ['POST', 'application/grpc-web', 415],
    ])('answers %s of %s with %d', async (method, type, code) => {
      const headers = { ':method': method, 'content-type': type };
      const answer = await http2Call(served.session(), '/t.T/Echo', Buffer.alloc(0), headers);
      expect(answer.headers[':status']).toBe(code);
    });

    it('takes application/grpc+proto', async () => {
      const headers = { 'content-type': 'application/grpc+proto' };
      const answer = await http2Call(served.session(), '/t.T/Echo', prefixed(Buffer.from('a')), headers);
      expect(answer.trailers['grpc-status']).toBe('0');
    });

    it('refuses headers over the limit, and the connection goes on', async () => {
      const session = served.session({ maxSendHeaderBlockLength: 1 << 20 });
      const headers = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`t-${i}`, 'x'.repeat(2_000)]));
      const refusal = await http2Call(session, '/t.T/Echo', prefixed(Buffer.from('a')), headers);
      expect(refusal.headers[':status']).toBe(431);
      expect((await http2Call(session, '/t.T/Echo', prefixed(Buffer.from('a')))).trailers['grpc-status']).toBe('0');
    });
  });

  it('counts connections and calls by how they ended', () => {
    const { open, calls, ended } = served.server.counts;
    expect(open).toBeGreaterThan(0);
    expect(calls).toContainEqual({ method: 'unknown', code: status.UNIMPLEMENTED, count: 1 });
    expect(calls.find(({ method, code }) => method === '/t.T/Echo' && code === 0)?.count).toBeGreaterThan(100);
    expect(ended).toEqual({ protocol: 0, flood: 0, silent: 0, stalled: 0, idle: 0, fault: 0, full: 0 });
  });
});
