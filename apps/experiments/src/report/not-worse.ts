import type { GuardrailReport } from '@adlift/client';
import {
  emptyArmSums,
  enoughForBounds,
  isRefusal,
  judgeNonInferiority,
  refuse,
  type ArmEstimate,
  type ArmSums,
  type Refusal,
} from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { nameOf } from '../metric/design-metrics';
import { estimateMetric } from '../metric/estimate-metric';
import { isMoney, type MetricDefinition } from '../metric/metric-definition';
import type { PhaseStatistics } from './kept-statistics';

/**
 * The guardrails that the design names: each variant's metric may be worse than the control's by less than the margin,
 * a share of the control's value whose noise counts too. Each is judged alone, one-sided at the design's alpha.
 */
export function notWorseGuardrails(
  design: ExperimentDesign,
  known: readonly MetricDefinition[],
  { arms }: PhaseStatistics,
): GuardrailReport[] {
  return (design.metrics?.guardrails ?? []).flatMap(({ metric: reference, margin }) => {
    const name = nameOf(reference);
    const metric = known.find((one) => one.name === name);
    if (metric === undefined) throw new TypeError(`no metric "${name}"`);
    const estimates = design.variants.map(({ name: variant, control }) => {
      const sums = arms.get(variant)?.sums.get(metric.name) ?? emptyArmSums();
      return { variant, control, sums, estimate: estimateMetric(metric, sums) };
    });
    const base = estimates.find(({ control }) => control);
    return estimates
      .filter(({ control }) => !control)
      .map((arm) => ({
        ...{ name: `not_worse:${name}`, variant: arm.variant, control: false },
        ...judge(design, metric, margin, base ?? NO_CONTROL, arm),
      }));
  });
}

interface Arm {
  readonly sums: ArmSums;
  readonly estimate: ArmEstimate | Refusal;
}

const NO_CONTROL: Arm = { sums: emptyArmSums(), estimate: refuse('no_units', 'There is no control.') };

function judge(
  { mode, alpha, plannedUnits }: ExperimentDesign,
  metric: MetricDefinition,
  margin: number,
  { estimate: control, sums: controlSums }: Arm,
  { estimate: treatment, sums: treatmentSums }: Arm,
): Pick<GuardrailReport, 'ok' | 'proven' | 'value' | 'interval' | 'detail'> {
  const open = (reason: string): ReturnType<typeof judge> => ({
    ...{ ok: true, proven: false, value: null, interval: null },
    detail: `not judged (${reason}); may be ${percent(margin)} worse`,
  });
  if (isRefusal(control)) return open(control.reason);
  if (isRefusal(treatment)) return open(treatment.reason);
  if (!(control.value > 0)) return open(control.value === 0 ? 'zero_baseline' : 'negative_baseline');
  const n = control.units + treatment.units;
  if (mode === 'fixed' && n < plannedUnits) return open('not_final');
  const tooFew = enoughExpected(metric, controlSums, treatmentSums);
  if (mode === 'sequential' && tooFew !== undefined) return open(tooFew.reason);
  const lowerIsBetter = metric.direction === 'down';
  // The hypothesis "worse by the margin" is treatment = factor * control: the control's noise enters by that factor.
  const factor = lowerIsBetter ? 1 + margin : 1 - margin;
  const variance = treatment.variance / treatment.units + (factor ** 2 * control.variance) / control.units;
  if (variance === 0) return open('zero_variance');
  const { holds, violated, p } = judgeNonInferiority(treatment.value - control.value, Math.sqrt(variance), {
    margin: margin * control.value,
    alpha,
    lowerIsBetter,
    ...(mode === 'sequential' ? { sequential: { n, plannedUnits } } : {}),
  });
  const value = treatment.value / control.value - 1;
  const judged = holds ? 'shown not to be' : violated ? 'shown to be' : 'may be';
  const detail = `${percent(value)} lift; ${judged} worse by ${percent(margin)} or more (p ${p.toPrecision(2)})`;
  return { ok: !violated, proven: holds, value, interval: null, detail };
}

/**
 * Whether the smaller arm would have enough units with an outcome if both arms had as many for their size: the sequence
 * rests on normal approximations from its first look on. By those that it really has, an arm that lost all of its
 * outcomes would never be judged.
 */
function enoughExpected(metric: MetricDefinition, a: ArmSums, b: ArmSums): Refusal | undefined {
  const smaller = a.units < b.units ? a.units : b.units;
  const unitsWithM = ((a.unitsWithM + b.unitsWithM) * smaller) / (a.units + b.units);
  return enoughForBounds({ ...a, unitsWithM }, { ...b, unitsWithM }, { money: isMoney(metric) });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
