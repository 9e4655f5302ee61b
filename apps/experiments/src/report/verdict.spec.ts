import type { MetricReport } from '@adlift/client';
import { refuse, type Comparison } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { decideVerdict } from './verdict';

const DESIGN = { goal: 'rpm', mode: 'sequential', decisionScale: 'relative', plannedUnits: 1000 } as ExperimentDesign;
const OK = [{ name: 'sample_ratio', ok: true, detail: '' }];
const ABOVE = { low: 0.1, high: 0.2 };
const AROUND = { low: -0.1, high: 0.2 };
const BELOW = { low: -0.2, high: -0.1 };

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
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), OK)).toEqual({
      verdict: 'ship',
      reasons: ['rpm_better:b'],
    });
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: BELOW }), OK).verdict).toBe('rollback');
  });

  it('never ships on the fixed interval of a sequential design', () => {
    expect(decideVerdict(DESIGN, 'running', metrics({ fixed: ABOVE }), OK).verdict).toBe('keep_running');
  });

  it('decides a fixed design by the fixed interval, and not before its planned size', () => {
    const design: ExperimentDesign = { ...DESIGN, mode: 'fixed' };
    expect(decideVerdict(design, 'running', metrics({ fixed: ABOVE, units: 499 }), OK)).toEqual({
      verdict: 'keep_running',
      reasons: ['not_final:b'],
    });
    expect(decideVerdict(design, 'running', metrics({ fixed: ABOVE }), OK).verdict).toBe('ship');
  });

  it('decides on the absolute scale where the design says so', () => {
    const design: ExperimentDesign = { ...DESIGN, decisionScale: 'absolute' };
    expect(decideVerdict(design, 'running', metrics({ absolute: ABOVE }), OK).verdict).toBe('ship');
    expect(decideVerdict(design, 'running', metrics({ sequential: ABOVE }), OK).verdict).toBe('keep_running');
  });

  it('says invalid, whatever the lift, when a check failed', () => {
    const failed = [...OK, { name: 'single_arm', ok: false, detail: '3 units' }];
    expect(decideVerdict(DESIGN, 'running', metrics({ sequential: ABOVE }), failed)).toEqual({
      verdict: 'invalid',
      reasons: ['check_failed:single_arm'],
    });
  });

  it('says why there is no decision, and inconclusive once the experiment has ended', () => {
    const tooFew = metrics({ sequential: refuse('too_few_payers', '12 of 200') });
    expect(decideVerdict(DESIGN, 'running', tooFew, OK).reasons).toEqual(['too_few_payers:b']);
    expect(decideVerdict(DESIGN, 'concluded', metrics({}), OK).verdict).toBe('inconclusive');
  });
});
