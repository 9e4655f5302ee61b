import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { RpcServer } from './rpc-server';
import { Served, http2Call, prefixed } from './served.fixture';

describe('a server that shuts down', () => {
  it('answers what runs, tells streams, takes nothing new, and is done when they are', async () => {
    const served = await Served.start();
    const session = served.session();
    const waiting = http2Call(session, '/t.T/Wait', prefixed(Buffer.from('a')));
    const headers = { ':method': 'POST', ':path': '/t.T/Talk', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(headers);
    stream.resume();
    while (served.waiting === undefined || served.talking === undefined) await new Promise(setImmediate);
    const goneAway = once(session, 'goaway');
    const drained = served.server.drain(20_000);
    await goneAway;
    expect(served.talking.seen).toEqual(['draining']);
    const port = connect(served.port, '127.0.0.1');
    const [refusal] = (await once(port, 'error')) as [NodeJS.ErrnoException];
    expect(refusal.code).toBe('ECONNREFUSED');
    served.talking.call.end();
    served.waiting.answer(Buffer.from('b'));
    expect((await waiting).body).toEqual(prefixed(Buffer.from('b')));
    await drained;
    await served.stop();
  });

  it('cuts what does not end in time', async () => {
    const served = await Served.start();
    const session = served.session();
    const waiting = http2Call(session, '/t.T/Wait', prefixed(Buffer.from('a')));
    while (served.waiting === undefined) await new Promise(setImmediate);
    await served.server.drain(50);
    expect((await waiting).trailers).toEqual({});
  });

  it('does not wait for connections without a call, nor for those that never said a word', async () => {
    const served = await Served.start();
    const silent: Socket = connect(served.port, '127.0.0.1');
    silent.on('error', () => undefined);
    const session = served.session();
    await http2Call(session, '/t.T/Echo', prefixed(Buffer.from('a')));
    await served.server.drain(20_000);
    silent.destroy();
  });
});

describe('a port', () => {
  it('that is taken rejects by name', async () => {
    const served = await Served.start();
    await expect(new RpcServer({}).listen(served.port, '127.0.0.1')).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(String(served.port)) as string,
    });
    await served.stop();
  });
});
