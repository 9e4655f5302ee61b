import { createHash } from 'node:crypto';
import type { AdServerClient, PredictReply } from '@adlift/client';
import { proto } from '@adlift/wire';
import type { MarketRequest } from '../market/index';

/** What the ad server does wrong in the treatment, as shares; all 0 for an honest one. */
export interface AdServerFaults {
  /** Clicks that it never reports. */
  readonly keptBack: number;
  /** Events that it counts as sent, and that are lost on their way. */
  readonly lost: number;
  /** Answers whose events it reports as the control's. */
  readonly misattributed: number;
}

export const NO_FAULTS: AdServerFaults = { keptBack: 0, lost: 0, misattributed: 0 };

/** Whether the fault strikes here; decided by the text that says what it is about, so the same in every run. */
export function goesWrong(faults: AdServerFaults, fault: keyof AdServerFaults, about: string): boolean {
  const uniform = createHash('sha256').update(`${fault}:${about}`).digest().readUInt32BE(0) / 2 ** 32;
  return uniform < faults[fault];
}

/** An answered request, and which of its candidates is shown. */
export interface ShownCandidate {
  readonly request: MarketRequest;
  readonly answer: PredictReply;
  readonly index: number;
}

/** A token for the same decision that says its unit was in `variant`; `importer` has the grant to mint such tokens. */
export async function tokenOfArm(
  importer: AdServerClient,
  variant: string,
  { request, answer, index }: ShownCandidate,
): Promise<string> {
  const past = {
    ...{ predictionId: answer.predictionId, unitId: request.unitId, placement: request.placement },
    ...{ bidType: proto.v1.BidType.CPC, currency: 'EUR' },
    assignments: answer.assignments.map((one) => ({ ...one, assigned: variant, served: variant })),
  };
  const candidate = {
    ...{ index, adId: request.adIds[index] ?? '', campaignId: request.campaignIds[index] ?? '' },
    ...{ bidMicros: request.bidMicros[index] ?? 0, propensity: 1, pctr: answer.pctr[index] ?? 0 },
  };
  const { predictions } = await importer.mintTokens({ predictions: [{ past, candidates: [candidate] }] });
  return predictions[0]?.tokens?.[0]?.token ?? '';
}
