import type { FamilyTest, GuardrailReport } from '@adlift/client';
import { decideVerdict, type Evidence } from './verdict';

function guardrail(name: string, variant: string, ok: boolean, proven = ok): GuardrailReport {
  return { name, variant, control: variant === 'a', ok, proven, value: 1, interval: null, detail: '' };
}

function goal(variant: string, outcome: FamilyTest['outcome'], metric = 'rpm'): FamilyTest {
  return { metric, variant, refusal: null, p: 0.01, adjustedP: 0.01, outcome, interval: null };
}

const refused: FamilyTest = { ...goal('b', 'undecided'), refusal: 'too_few_payers', p: null, adjustedP: null };

const decide = (changes: Partial<Evidence>): ReturnType<typeof decideVerdict> =>
  decideVerdict({
    state: 'running',
    checks: [{ name: 'sample_ratio', ok: true, detail: '' }],
    guardrails: [guardrail('calibration', 'a', true), guardrail('calibration', 'b', true)],
    goals: [goal('b', 'undecided')],
    ...changes,
  });

describe('decideVerdict', () => {
  it('ships what is better by a goal and worse by none', () => {
    expect(decide({ goals: [goal('b', 'better')] })).toEqual({ verdict: 'ship', reasons: ['rpm_better:b'] });
    expect(decide({ goals: [goal('b', 'better'), goal('b', 'worse', 'ctr')] }).verdict).toBe('rollback');
    expect(decide({ goals: [goal('b', 'better'), goal('c', 'worse')] })).toEqual({
      verdict: 'ship',
      reasons: ['rpm_better:b'],
    });
  });

  it('rolls back when every variant is worse by a goal', () => {
    expect(decide({ goals: [goal('b', 'worse')] })).toEqual({ verdict: 'rollback', reasons: ['rpm_worse:b'] });
    expect(decide({ goals: [goal('b', 'worse'), goal('c', 'undecided')] })).toEqual({
      verdict: 'keep_running',
      reasons: ['rpm_worse:b', 'rpm_undecided:c'],
    });
  });

  it('says invalid, whatever the lift, when a check failed', () => {
    const checks = [
      { name: 'single_arm', ok: false, detail: '3 units' },
      { name: 'folded', ok: true, detail: '' },
    ];
    const guardrails = [guardrail('calibration', 'b', false)];
    expect(decide({ checks, guardrails, goals: [goal('b', 'better')] })).toEqual({
      verdict: 'invalid',
      reasons: ['check_failed:single_arm'],
    });
  });

  it('rolls back a variant that breaks a guardrail, whatever it earns', () => {
    const guardrails = [guardrail('calibration', 'a', true), guardrail('calibration', 'b', false)];
    expect(decide({ guardrails, goals: [goal('b', 'better')] })).toEqual({
      verdict: 'rollback',
      reasons: ['guardrail_failed:calibration:b'],
    });
  });

  it('lets a variant win over a control that predicts badly, but not over one that does not answer itself', () => {
    const goals = [goal('b', 'better')];
    expect(decide({ guardrails: [guardrail('calibration', 'a', false)], goals }).verdict).toBe('ship');
    expect(decide({ guardrails: [guardrail('fallback_share', 'a', false)], goals })).toEqual({
      verdict: 'keep_running',
      reasons: ['guardrail_failed:fallback_share:a'],
    });
  });

  it('waits with shipping until the variant is shown to keep to its guardrails', () => {
    const guardrails = [guardrail('not_worse:ctr', 'b', true, false)];
    expect(decide({ guardrails, goals: [goal('b', 'better')] })).toEqual({
      verdict: 'keep_running',
      reasons: ['guardrail_open:not_worse:ctr:b'],
    });
    expect(decide({ guardrails, goals: [goal('b', 'worse')] }).verdict).toBe('rollback');
  });

  it('says why there is no decision, and inconclusive once the experiment has ended', () => {
    expect(decide({ goals: [refused] })).toEqual({ verdict: 'keep_running', reasons: ['too_few_payers:b'] });
    expect(decide({ state: 'concluded' })).toEqual({ verdict: 'inconclusive', reasons: ['rpm_undecided:b'] });
  });
});
