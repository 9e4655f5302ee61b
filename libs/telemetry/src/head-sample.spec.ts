import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { createHash } from 'node:crypto';
import { inHeadSample } from './head-sample';

const traceIds = Array.from({ length: 20_000 }, (_, i) =>
  createHash('sha256').update(`trace ${i}`).digest('hex').slice(0, 32),
);

describe('inHeadSample', () => {
  it.each([0, 0.01, 0.3, 1])(
    'decides as the SDK does at rate %d, so that all services keep the same traces',
    (rate) => {
      const sampler = new TraceIdRatioBasedSampler(rate);
      for (const traceId of traceIds.slice(0, 2000)) {
        const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId);
        expect(inHeadSample(traceId, rate)).toBe(decision === SamplingDecision.RECORD_AND_SAMPLED);
      }
    },
  );

  it('keeps the share it is asked for', () => {
    const kept = traceIds.filter((traceId) => inHeadSample(traceId, 0.1)).length;
    // Five standard deviations of a binomial around 2000.
    expect(Math.abs(kept - 2000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
  });
});
