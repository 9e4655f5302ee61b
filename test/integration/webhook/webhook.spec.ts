import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MadeWebhook, WebhookView } from '@adlift/client';
import { sendWebhook } from '../../../apps/experiments/src/webhook/webhook-sender';
import { experimentBody } from '../experiments/test-experiment';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with the statuses it is given, then with 204, and remembers what it got. */
class Receiver {
  readonly received: Received[] = [];
  readonly statuses: number[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        this.received.push({ path: request.url ?? '', headers: request.headers, body });
        const status = this.statuses.shift() ?? 204;
        response.writeHead(status, status === 302 ? { location: `${this.url}/elsewhere` } : {}).end();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('webhooks', () => {
  let apps: TestApps;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.open();
    apps = await TestApps.start({ experiments: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  }, 60_000);
  afterAll(async () => {
    await apps.stop();
    await receiver.close();
  });

  async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${apps.experimentsUrl}/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }
  const make = async (actions: string[], path = ''): Promise<MadeWebhook> => {
    const made = await ask('POST', 'webhooks', { url: receiver.url + path, actions });
    expect(made.status).toBe(201);
    return made.body as MadeWebhook;
  };
  const list = async (): Promise<WebhookView[]> =>
    ((await ask('GET', 'webhooks')).body as { webhooks: WebhookView[] }).webhooks;
  const draft = (key: string): Promise<unknown> => apps.admin.createExperiment(experimentBody(key));

  it('are told what they asked for, signed with a secret that is shown once', async () => {
    const { secret, id } = await make(['experiment.*'], '/all');
    await make(['key.create', 'experiment.clone'], '/others');
    await draft('hook-first');
    const { headers, body } = await until('the call', () => receiver.received.find(({ path }) => path === '/all'));
    expect(JSON.parse(body)).toMatchObject({
      ...{ actor: 'anyone', action: 'experiment.create', subject: 'experiment:hook-first' },
      after: { state: 'draft' },
    });
    const [, seconds = '', hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['adlift-signature'])) ?? [];
    expect(hex).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
    expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(30);
    expect(receiver.received.some(({ path }) => path === '/others')).toBe(false);
    expect(JSON.stringify(await ask('GET', 'webhooks'))).not.toContain(secret);
    expect(await ask('DELETE', `webhooks/${id}`)).toMatchObject({ status: 204 });
    expect(await ask('DELETE', `webhooks/${id}`)).toMatchObject({ status: 404 });
  });

  it('are told again until they say yes, under the same id, and a redirect is no yes', async () => {
    receiver.statuses.push(500, 302);
    await make(['experiment.create'], '/again');
    await draft('hook-second');
    const calls = (): Received[] => receiver.received.filter(({ path }) => path === '/again');
    await until('the third try', () => calls().length === 3, 20_000);
    await until('the delivery to be done', async () => (await list()).every(({ waiting }) => waiting === 0));
    expect(new Set(calls().map(({ headers }) => headers['adlift-delivery'])).size).toBe(1);
    expect(receiver.received.some(({ path }) => path === '/elsewhere')).toBe(false);
  });

  it.each<[object, string]>([
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'https://me:secret@example.com' }, 'url'],
    [{ url: 'nowhere' }, 'url'],
    [{ url: 'https://example.com', actions: [] }, 'actions'],
    [{ url: 'https://example.com', actions: ['*x'] }, 'actions[0]'],
    [{ url: 'https://example.com', secret: 'mine' }, ''],
  ])('refuse %j', async (body, field) => {
    const refused = await ask('POST', 'webhooks', body);
    expect(refused).toMatchObject({ status: 400, body: field === '' ? {} : { field } });
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '0x7f.1', '2130706433'])(
    'send nothing to this machine by the name of %s where that is not allowed',
    async (host) => {
      const before = receiver.received.length;
      const { port } = new URL(receiver.url);
      const call = { url: `http://${host}:${port}/`, secret: 's', deliveryId: '1', body: '{}', allowPrivate: false };
      await expect(sendWebhook(call)).rejects.toThrow('not a public address');
      expect(receiver.received).toHaveLength(before);
    },
  );
});

describe('webhooks where private addresses are not allowed', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  it.each(['http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]/', 'http://169.254.169.254/latest', 'http://0/'])(
    'refuse %s when they are made',
    async (url) => {
      const answer = await fetch(`${apps.experimentsUrl}/v1/webhooks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url }),
      });
      expect([answer.status, ((await answer.json()) as { field: string }).field]).toEqual([400, 'url']);
    },
  );
});
