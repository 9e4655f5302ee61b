import type { AdminApi, Report } from '@adlift/client';
import type { RunningStack } from '../stack/running-stack';
import { readPredictorState, waitFor, type ReadableStack } from './predictor-state';

const WAIT_MS = 60_000;

/** Resolves when the predictor splits by the experiment and has these models, each "name@version". */
export async function untilServed(stack: ReadableStack, key: string, references: readonly string[]): Promise<void> {
  await waitFor(`${key} reaching the predictor`, WAIT_MS, async () => {
    const { models, flags } = await readPredictorState(stack);
    const loaded = new Set(models.loaded.map(({ reference }) => reference));
    const flag = flags.experiments.find(({ experiment }) => experiment === key);
    return flag?.recorded === true && references.every((reference) => loaded.has(reference));
  });
}

/** The report once nothing is on its way any more: spool empty, deltas folded, the log looked through to `lastMs`. */
export async function settledReport(
  stack: Pick<RunningStack, 'predictorUrl' | 'secrets'>,
  api: AdminApi,
  key: string,
  lastMs: number,
): Promise<Report> {
  await waitFor('storing exposures and the prediction log', WAIT_MS, async () => {
    const { ledger } = await readPredictorState(stack);
    return ledger.events + ledger.exposures + ledger.predictions === 0;
  });
  let report = await api.report(key);
  await waitFor('folding, and looking through the prediction log', WAIT_MS, async () => {
    report = await api.report(key);
    const { folding, reviewed } = report;
    return (
      folding.pendingDeltas + folding.spooled === 0 &&
      !folding.totalsWaiting &&
      Date.parse(reviewed.through ?? '') >= lastMs
    );
  });
  return report;
}
