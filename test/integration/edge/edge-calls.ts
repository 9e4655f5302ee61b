import { parseKeyRing, signForEdge, type EdgePurpose } from '@adlift/tokens';
import { predictCall } from '../predictor/predict-call';
import { EDGE_KEYS, type TestApps } from '../setup/test-apps';

/** What a browser or a server sees of an answer of the edge. */
export interface EdgeAnswer {
  readonly status: number;
  /** Without its parameters. */
  readonly type: string;
  readonly location: string | null;
  /** The header `adlift-event`, and `adlift-reason` behind a blank where there is one. */
  readonly event: string;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** A call of the edge that follows no redirect; the body is sent as it is. */
export async function edge(apps: TestApps, path: string, init: RequestInit = {}): Promise<EdgeAnswer> {
  const answer = await fetch(apps.edgeUrl + path, { redirect: 'manual', ...init });
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
  const bytes = Buffer.from(await answer.arrayBuffer());
  const event = [answer.headers.get('adlift-event') ?? '', answer.headers.get('adlift-reason') ?? ''];
  return {
    status: answer.status,
    type,
    location: answer.headers.get('location'),
    event: event.join(' ').trim(),
    body: type.includes('json') ? JSON.parse(bytes.toString()) : bytes,
  };
}

/** The two query fields of something signed by the ad server. */
export function signed(purpose: EdgePurpose, token: string, text: string, keys = EDGE_KEYS): string {
  const signature = signForEdge(parseKeyRing(keys), purpose, token, text);
  return `${purpose}=${encodeURIComponent(text)}&${purpose === 'to' ? 'to_sig' : 'sig'}=${signature}`;
}

/** Tokens of a fresh prediction, by candidate: ad-1 to ad-3, which bid 0.40 to 0.60 per click. */
export async function freshTokens(apps: TestApps, changes: Parameters<typeof predictCall>[0] = {}): Promise<string[]> {
  const { tokens } = await apps.ordinary.predict(predictCall(changes));
  return tokens.map(({ token }) => token ?? '');
}
