import type { Explained } from '@adlift/explanation';

/** How contributions were found; docs/explanations.md tells what each means. */
export type ExplainMethod = 'linear' | 'factorisation' | 'replacement';

/** All of them, for those who count. */
export const EXPLAIN_METHODS: readonly ExplainMethod[] = ['linear', 'factorisation', 'replacement'];

/** The explanation of one candidate's click score. */
export interface CandidateExplanation extends Explained {
  readonly index: number;
}

/** The answer of Explain: whose score was explained, how, and the explanations in the order of the call's indices. */
export interface ExplanationAnswer {
  readonly explanations: readonly CandidateExplanation[];
  readonly model: string;
  readonly modelVersion: string;
  readonly bundleDigest: string;
  readonly method: ExplainMethod;
  /** Whose variant's model it is; empty when it is the champion. */
  readonly experiment: string;
  readonly variant: string;
  readonly catalogueVersion: number;
}
