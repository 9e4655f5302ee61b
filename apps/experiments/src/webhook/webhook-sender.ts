import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { publicLookup, requirePublic } from './public-address';

export interface WebhookCall {
  readonly url: string;
  readonly secret: string;
  /** The same each time that it is tried. */
  readonly deliveryId: string;
  readonly body: string;
  readonly allowPrivate: boolean;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends one message, signed: `adlift-signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of "SECONDS.BODY" with the
 * webhook's secret. Follows no redirect and reads no answer beyond its status. Resolves on 2xx, rejects on all else.
 */
export async function sendWebhook({ url, secret, deliveryId, body, allowPrivate }: WebhookCall): Promise<void> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // An address in the URL is connected to without a lookup.
  if (!allowPrivate && isIP(host) !== 0) requirePublic(host, host);
  const seconds = Math.floor(Date.now() / 1000);
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  const status = await new Promise<number>((resolve, reject) => {
    const call = request(
      target,
      {
        method: 'POST',
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(allowPrivate ? {} : { lookup: publicLookup }),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'adlift-delivery': deliveryId,
          'adlift-signature': `t=${seconds},v1=${signature(secret, seconds, body)}`,
        },
      },
      (answer) => {
        answer.destroy();
        resolve(answer.statusCode ?? 0);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
  if (status < 200 || status >= 300) throw new Error(`answered ${status}`);
}

/** Hex. */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
