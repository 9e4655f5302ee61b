import type { StackSecrets } from '../../tools/stack/secrets';

/** The answer of a predictor's `GET /v1/status`. */
export async function predictorStatus(url: string, { operatorKey }: StackSecrets): Promise<unknown> {
  const answer = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${operatorKey}` } });
  return answer.json();
}
