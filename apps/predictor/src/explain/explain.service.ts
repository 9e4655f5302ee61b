import { Injectable } from '@nestjs/common';
import { inSpan } from '@adlift/telemetry';
import { validatePredictRequest, type PredictRequest, type TraceContext } from '@adlift/wire';
import { AdCatalogue } from '../catalogue/ad-catalogue';
import { checkIndices } from './check-indices';
import { ExplainGate } from './explain-gate';
import { ExplainMetrics } from './explain-metrics';
import { ExplainedModels } from './explained-models';
import type { ExplanationAnswer } from './explanation-answer';
import { ModelExplainer } from './model-explainer';

/** An explanation takes many scores; a caller that names no deadline waits this long at most. */
export const EXPLAIN_TIMEOUT_MS = 5_000;

/** What an Explain call brings, whatever the transport. */
export interface ExplainCall {
  readonly request: PredictRequest;
  /** Candidates to explain; none for all. */
  readonly index: readonly number[];
  readonly trace: TraceContext;
  /** As of performance.now(): after it nobody waits for the answer. */
  readonly deadline: number;
}

/** Explains the click scores that a request would get; nothing is logged, exposed or kept for a repeat. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly models: ExplainedModels,
    private readonly catalogue: AdCatalogue,
    private readonly gate: ExplainGate,
    private readonly explainer: ModelExplainer,
    private readonly metrics: ExplainMetrics,
  ) {}

  /**
   * Throws InvalidField for a malformed call; rejects with `overloaded` at the first sign of load, with
   * `deadline_exceeded`, with `unavailable` while the model cannot score, and with `failed_precondition` when it gives
   * no finite score.
   */
  async explain({ request, index, trace, deadline }: ExplainCall): Promise<ExplanationAnswer> {
    validatePredictRequest(request);
    const wanted = checkIndices(index, request.n);
    const { model, experiment, variant } = this.models.of(request);
    const attributes = { 'adlift.model.digest': model.digest, 'adlift.candidates': wanted.length };
    const caller = trace.parentSpanId === '' ? [] : [{ traceId: trace.traceId, spanId: trace.parentSpanId }];
    const answer = await inSpan('explain', attributes, caller, () =>
      this.gate.run(model, deadline, async () => {
        const catalogueVersion = this.catalogue.version;
        const { n, columns } = this.catalogue.join(request);
        const { method, explained } = await this.explainer.explain(model, { n, columns, deadline }, wanted);
        return { method, explained, catalogueVersion };
      }),
    );
    const { method, explained, catalogueVersion } = answer;
    this.metrics.answered(method);
    return {
      explanations: explained.map((one, i) => ({ index: wanted[i] ?? 0, ...one })),
      model: model.manifest.name,
      modelVersion: model.manifest.version,
      bundleDigest: model.digest,
      method,
      experiment,
      variant,
      catalogueVersion,
    };
  }
}
