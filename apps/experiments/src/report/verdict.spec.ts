import type { GuardrailReport, MetricReport } from '@adlift/client';
import { refuse, type Comparison } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { decideVerdict } from './verdict';

const DESIGN = { goal: 'rpm', mode: 'sequential', decisionScale: 'relative', plannedUnits: 1000 } as ExperimentDesign;
const OK = [{ name: 'sample_ratio', ok: true, detail: '' }];
const KEPT = [guardrail('calibration', 'a', true), guardrail('calibration', 'b', true)];
const ABOVE = { low: 0.1, high: 0.2 };
const AROUND = { low: -0.1, high: 0.2 };
const BELOW = { low: -0.2, high: -0.1 };

function guardrail(name: GuardrailReport['name'], variant: string, ok: boolean): GuardrailReport {
  return { name, variant, control: variant === 'a', ok, value: 1, interval: null, detail: '' };
}

function metrics(intervals: {
  fixed?: object;
  sequential?: object;
  absolute?: object;
  units?: number;
}): MetricReport[] {
  const { fixed = AROUND, sequential = AROUND, absolute = AROUND, units = 500 } = intervals;
  const result = {
    absolute: { ...absolute, sequential: absolute },
    relative: { interval: fixed, sequential },
  } as unknown as Comparison;
  const arms = ['a', 'b'].map((variant) => ({ variant, control: variant === 'a', units, value: 1 }));
  return [{ metric: 'rpm', arms, comparisons: [{ variant: 'b', result }] }];
}

describe('decideVerdict', () => {
  it('ships what is better by the sequential interval, and rolls back what is worse', () => {
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), OK, KEPT)).toEqual({
      verdict: 'ship',
      reasons: ['rpm_better:b'],
    });
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: BELOW }), OK, KEPT).verdict).toBe('rollback');
  });

  it('never ships on the fixed interval of a sequential design', () => {
    expect(decideVerdict(DESIGN, 'running', metrics({ fixed: ABOVE }), OK, KEPT).verdict).toBe('keep_running');
  });

  it('decides a fixed design by the fixed interval, and not before its planned size', () => {
    const design: ExperimentDesign = { ...DESIGN, mode: 'fixed' };
    expect(decideVerdict(design, 'running', metrics({ fixed: ABOVE, units: 499 }), OK, KEPT)).toEqual({
      verdict: 'keep_running',
      reasons: ['not_final:b'],
    });
    expect(decideVerdict(design, 'running', metrics({ fixed: ABOVE }), OK, KEPT).verdict).toBe('ship');
  });

  it('decides on the absolute scale where the design says so', () => {
    const design: ExperimentDesign = { ...DESIGN, decisionScale: 'absolute' };
    expect(decideVerdict(design, 'running', metrics({ absolute: ABOVE }), OK, KEPT).verdict).toBe('ship');
    expect(decideVerdict(design, 'running', metrics({ sequential: ABOVE }), OK, KEPT).verdict).toBe('keep_running');
  });

  it('says invalid, whatever the lift, when a check failed', () => {
    const failed = [...OK, { name: 'single_arm', ok: false, detail: '3 units' }];
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), failed, KEPT)).toEqual({
      verdict: 'invalid',
      reasons: ['check_failed:single_arm'],
    });
  });

  it('rolls back a variant that breaks a guardrail, whatever it earns', () => {
    const broken = [guardrail('calibration', 'a', true), guardrail('calibration', 'b', false)];
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), OK, broken)).toEqual({
      verdict: 'rollback',
      reasons: ['guardrail_failed:calibration:b'],
    });
    const failed = [{ name: 'sample_ratio', ok: false, detail: '' }];
    expect(decideVerdict(DESIGN, 'running', metrics({}), failed, broken).verdict).toBe('invalid');
  });

  it('lets a variant win over a control that predicts badly, but not over one that does not answer itself', () => {
    const badControl = [guardrail('calibration', 'a', false)];
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), OK, badControl).verdict).toBe('ship');
    const silentControl = [guardrail('fallback_share', 'a', false)];
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), OK, silentControl)).toEqual({
      verdict: 'keep_running',
      reasons: ['guardrail_failed:fallback_share:a'],
    });
  });

  it('says why there is no decision, and inconclusive once the experiment has ended', () => {
    const tooFew = metrics({ sequential: refuse('too_few_payers', '12 of 200') });
    expect(decideVerdict(DESIGN, 'running', tooFew, OK, KEPT).reasons).toEqual(['too_few_payers:b']);
    expect(decideVerdict(DESIGN, 'concluded', metrics({}), OK, KEPT).verdict).toBe('inconclusive');
  });
});
