import type { RunningStack } from '../stack/running-stack';
import { StackError } from '../stack/stack-error';

/** The part of the predictor's `GET /v1/status` that the demo reads. */
export interface PredictorState {
  readonly models: {
    readonly loaded: readonly { readonly reference: string }[];
    readonly failed: readonly { readonly reference: string; readonly reason: string }[];
  };
  readonly scoring: { readonly ready: boolean; readonly restarts: number };
  readonly flags: { readonly experiments: readonly { readonly experiment: string; readonly recorded: boolean }[] };
  readonly ledger: { readonly events: number; readonly exposures: number; readonly predictions: number };
  readonly predictions: {
    readonly requests: number;
    readonly fallbacks: number;
    readonly unlogged: number;
    readonly unloggedExposures: number;
  };
}

/** A stack, as far as its predictor's state is read. */
export type ReadableStack = Pick<RunningStack, 'predictorUrl' | 'secrets'>;

export async function readPredictorState({ predictorUrl, secrets }: ReadableStack): Promise<PredictorState> {
  const answer = await fetch(`${predictorUrl}/v1/status`, {
    headers: { authorization: `Bearer ${secrets.operatorKey}` },
  });
  if (!answer.ok) throw new StackError(`the predictor's status answered ${answer.status}`);
  return (await answer.json()) as PredictorState;
}

/** Asks until the condition holds. Throws StackError saying what was waited for. */
export async function waitFor(what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new StackError(`${what} did not happen within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
