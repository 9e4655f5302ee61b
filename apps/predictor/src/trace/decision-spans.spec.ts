import { decisionSpans, type TracedDecision } from './decision-spans';
import { STAGES, Stopwatch } from './stopwatch';
import type { PredictAnswer } from '@adlift/wire';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

function decision(answer: Partial<PredictAnswer> = {}): TracedDecision {
  const watch = new Stopwatch(performance.now() - 5);
  watch.ended('decode');
  watch.ended('flag_evaluation');
  watch.scored({ encodeMs: 0.000_002, inferenceMs: 0.000_003 });
  watch.ended('respond');
  return {
    service: 'adlift-predictor',
    method: 'adlift.v1.Predictor/Predict',
    keptBecause: 'head',
    trace: {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: '1111111111111111',
      parentSpanId: 'b7ad6b7169203331',
      sampled: true,
    },
    watch,
    answer: {
      predictionId: '01a206c2-c3a0-7601-b88d-2231f09fccf4',
      pctr: Float32Array.of(0.1, 0.2),
      model: 'ctr-fm',
      modelVersion: '1',
      bundleDigest: DIGEST,
      fallback: false,
      fallbackSource: '',
      explored: false,
      tokens: [{ index: 0, token: 't' }],
      logged: true,
      assignments: [
        { experiment: 'demo-1', phase: 1, assigned: 'b', served: 'b', reason: 'split', flagDigest: DIGEST },
      ],
      ...answer,
    } as PredictAnswer,
  };
}

describe('the spans of a decision', () => {
  it('stands under one root that continues the caller, with stages that add up to it', () => {
    const [root, ...stages] = decisionSpans(decision());
    expect(root).toMatchObject({ parentSpanId: 'b7ad6b7169203331', spanId: 'b88d2231f09fccf4', kind: 'server' });
    expect(stages.map(({ name }) => name)).toEqual([...STAGES]);
    expect(stages.every(({ parentSpanId }) => parentSpanId === root?.spanId)).toBe(true);
    expect(stages.reduce((sum, { durationNs }) => sum + durationNs, 0n)).toBe(root?.durationNs);
    expect(new Set(stages.map(({ spanId }) => spanId)).size).toBe(STAGES.length);
    stages.forEach((stage, i) => {
      const next = stages[i + 1];
      if (next !== undefined) expect(stage.startNs + stage.durationNs).toBe(next.startNs);
    });
  });

  it('says which flag, which arm and which model answered', () => {
    const spans = decisionSpans(decision());
    expect(spans[0]?.attributes).toMatchObject({
      'adlift.experiment': 'demo-1',
      'adlift.variant.assigned': 'b',
      'adlift.variant.served': 'b',
      'adlift.model.digest': DIGEST,
      'adlift.fallback': false,
    });
    const evaluation = spans.find(({ name }) => name === 'flag_evaluation')?.events[0];
    expect(evaluation?.attributes).toMatchObject({ 'feature_flag.key': 'demo-1', 'feature_flag.result.variant': 'b' });
  });

  it('never holds the unit', () => {
    const text = JSON.stringify(decisionSpans(decision()), (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(text).not.toContain('unit');
  });
});
