import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { DomainError } from '@adlift/problem';
import type { ReportedKind } from '../events/event-report';
import type { ClickService } from './click-service';
import { readFields, type EdgeFields } from './edge-fields';
import type { EdgeOutcome, EdgeRecorder } from './edge-recorder';
import { browserReport } from './edge-report';
import { type EdgeTrust, NotTrusted } from './edge-trust';
import { PIXEL } from './pixel';
import type { PostbackService } from './postback-service';

/** A Fastify instance; its own package is not a dependency of ours, Nest's adapter is. */
export type EdgeScope = ReturnType<FastifyAdapter['get']>;
type Handler = Parameters<EdgeScope['route']>[0]['handler'];
export type EdgeRequest = Parameters<Handler>[0];
export type EdgeReply = Parameters<Handler>[1];

export interface BrowserParts {
  readonly clicks: ClickService;
  readonly trust: EdgeTrust;
  readonly recorder: EdgeRecorder;
}

const NO_FIELDS: EdgeFields = new Map();

/** Path of a pixel, whatever its token looks like. */
const PIXEL_PATH = /^\/+t\/+[iv]\//;

/** Routes that a browser calls: pixels always get their image, clicks their redirect, beacons a word of the outcome. */
export function addBrowserRoutes(scope: EdgeScope, parts: BrowserParts): void {
  for (const [url, preset] of [
    ['/t/i/:token', {}],
    ['/t/v/:token', { viewable: 'yes' }],
  ] as const) {
    scope.get(url, (request, reply) => pixel(request, reply, parts, preset));
    scope.head(url, (_request, reply) => sendPixel(reply, undefined));
  }
  scope.post('/t/v/:token', (request, reply) => beacon(request, reply, parts, 'impression', { viewable: 'yes' }));
  scope.post('/t/h/:token', (request, reply) => beacon(request, reply, parts, 'hide', {}));
  const click: Handler = async (request, reply) => {
    const repeated: string[] = [];
    const fields = readFields(request.query, undefined, '', (name) => repeated.push(name));
    const { location, outcome } = await parts.clicks
      .click(tokenOf(request), { fields, repeated }, request.method === 'HEAD')
      .catch((error: unknown) => counted(error, parts.recorder, 'click', tokenOf(request)));
    return told(uncached(reply), outcome).redirect(location, 302);
  };
  scope.route({ method: ['GET', 'HEAD'], url: '/t/c/:token', handler: click });
}

/** A URL that the router could not read: a pixel is an image all the same, anything else is left to the caller. */
export function answerUnreadable(request: EdgeRequest, reply: EdgeReply, recorder: EdgeRecorder): boolean {
  if (!PIXEL_PATH.test(request.url)) return false;
  sendPixel(reply, request.method === 'HEAD' ? undefined : recorder.refuse('malformed: the token cannot be read'));
  return true;
}

/** `/t/p`, which servers call. */
export function addPostbackRoute(scope: EdgeScope, postbacks: PostbackService): void {
  scope.route({
    method: ['GET', 'POST'],
    url: '/t/p',
    handler: async (request, reply) => {
      const { authorization, 'content-type': type } = request.headers;
      const outcome = await postbacks.record(readFields(request.query, request.body, type), authorization);
      return reply.header('cache-control', 'no-store').send(outcome);
    },
  });
}

async function pixel(request: EdgeRequest, reply: EdgeReply, parts: BrowserParts, preset: Preset): Promise<EdgeReply> {
  let outcome: EdgeOutcome;
  try {
    outcome = await recorded(request, parts, 'impression', readFields(request.query), preset);
  } catch (error) {
    // Nobody sees a pixel's error, but everybody sees a broken image.
    outcome = await refused(error, parts.recorder, 'impression', tokenOf(request));
  }
  return sendPixel(reply, outcome);
}

function sendPixel(reply: EdgeReply, outcome: EdgeOutcome | undefined): EdgeReply {
  return told(uncached(reply), outcome).type('image/gif').send(PIXEL);
}

async function beacon(
  request: EdgeRequest,
  reply: EdgeReply,
  parts: BrowserParts,
  kind: ReportedKind,
  preset: Preset,
): Promise<EdgeReply> {
  const fields = readFields(request.query, request.body, request.headers['content-type']);
  const outcome = await recorded(request, parts, kind, fields, preset).catch((error: unknown) =>
    counted(error, parts.recorder, kind, tokenOf(request)),
  );
  if (outcome.status === 'lost') throw new DomainError('unavailable', outcome.reason, undefined, 1);
  return told(uncached(reply), outcome)
    .status(outcome.status === 'late' ? 202 : 200)
    .send(outcome);
}

type Preset = Readonly<Record<string, string>>;

/** Throws {@link NotTrusted} without recording anything. */
function recorded(
  request: EdgeRequest,
  { trust, recorder }: BrowserParts,
  kind: ReportedKind,
  given: EdgeFields,
  preset: Preset,
): Promise<EdgeOutcome> {
  const token = tokenOf(request);
  const fields = new Map([...Object.entries(preset), ...given]);
  trust.open(token);
  trust.signed('charge', token, fields);
  return recorder.record(browserReport(kind, token, fields));
}

/** Rejects with the error again, which a refusal was counted for. */
async function counted(error: unknown, recorder: EdgeRecorder, kind: ReportedKind, token: string): Promise<never> {
  if (error instanceof NotTrusted) await refused(error, recorder, kind, token);
  throw error;
}

/** A token that does not open is refused as any reporter's is, and listed; what else is wrong is only counted. */
async function refused(
  error: unknown,
  recorder: EdgeRecorder,
  kind: ReportedKind,
  token: string,
): Promise<EdgeOutcome> {
  if (!(error instanceof NotTrusted)) return recorder.refuse(`malformed: ${(error as Error).message}`);
  return error.field === 'token'
    ? recorder.record(browserReport(kind, token, NO_FIELDS))
    : recorder.refuse(error.reason);
}

function tokenOf(request: EdgeRequest): string {
  return (request.params as { token?: string }).token ?? '';
}

function uncached(reply: EdgeReply): EdgeReply {
  return reply
    .header('cache-control', 'no-store, no-cache, must-revalidate, max-age=0')
    .header('pragma', 'no-cache')
    .header('expires', '0')
    .header('access-control-allow-origin', '*');
}

/** What became of the event, for whoever looks at the answer's headers. */
function told(reply: EdgeReply, outcome: EdgeOutcome | undefined): EdgeReply {
  if (outcome === undefined) return reply;
  reply.header('adlift-event', outcome.status);
  if (outcome.reason !== '') reply.header('adlift-reason', outcome.reason.replace(/[^\x20-\x7e]/g, '?'));
  return reply;
}
