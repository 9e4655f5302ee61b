import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const COOKIE = 'adlift_session';
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** Another name in the address line could be anybody's who points it at this machine. */
const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** The part of a Fastify reply that is used here. */
interface Reply {
  header(name: string, value: string): unknown;
}

/**
 * Lets the page read without a key on the machine that serves it, when the stack of a developer says so: whoever opens
 * the page over loopback gets a cookie, which no script can read, no other site's request brings, and no call but GET
 * can use.
 */
export class PageSession {
  private readonly secret = randomBytes(32).toString('hex');

  constructor(private readonly enabled: boolean) {}

  /** Hands out the cookie. */
  begin(request: IncomingMessage, reply: Reply): void {
    if (this.enabled && isLocal(request))
      reply.header('set-cookie', `${COOKIE}=${this.secret}; Path=/; HttpOnly; SameSite=Strict`);
  }

  mayRead(request: IncomingMessage): boolean {
    if (!this.enabled || request.method !== 'GET' || !isLocal(request)) return false;
    const given = (request.headers.cookie ?? '').split(/; */).find((one) => one.startsWith(`${COOKIE}=`));
    return given !== undefined && timingSafeEqual(digest(given.slice(COOKIE.length + 1)), digest(this.secret));
  }
}

function isLocal({ socket, headers }: IncomingMessage): boolean {
  return LOOPBACK.test(socket.remoteAddress ?? '') && OWN_HOST.test(headers.host ?? '');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
