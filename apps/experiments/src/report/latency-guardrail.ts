import type { GuardrailReport } from '@adlift/client';
import { isRefusal, judgeSlowdown, type ArmLatency } from '@adlift/statistics';
import { SERVICE_LIMITS, type ExperimentDesign } from '../experiment/experiment-design';
import type { PhaseStatistics } from './kept-statistics';

/** Whether each variant answers about as fast as the control: the slowest twentieth of its logged requests, fallbacks included. */
export function judgeLatency(design: ExperimentDesign, { arms, latency }: PhaseStatistics): GuardrailReport[] {
  const { latencyRatio: ratio } = design.limits ?? SERVICE_LIMITS;
  const of = (variant: string | undefined): ArmLatency => ({
    // Own ones only: a variant may be called "constructor".
    counts: new Map(Object.hasOwn(latency, variant ?? '') ? latency[variant ?? ''] : []),
    units: arms.get(variant ?? '')?.units ?? 0,
  });
  const control = of(design.variants.find((variant) => variant.control)?.name);
  return design.variants
    .filter((variant) => !variant.control)
    .map(({ name: variant }) => {
      const fixed = { name: 'latency', variant, control: false, interval: null };
      const judged = judgeSlowdown(control, of(variant), {
        ...{ ratio, alpha: design.alpha, plannedUnits: design.plannedUnits },
      });
      if (isRefusal(judged)) {
        return {
          ...fixed,
          ok: true,
          proven: true,
          value: null,
          detail: `not judged (${judged.reason}): ${judged.detail}`,
        };
      }
      const { control: base, treatment, slower, violated, p } = judged;
      const value = treatment / base;
      const detail = `95 % of answers within ${milliseconds(treatment)}, of the control's within ${milliseconds(base)}; ${(100 * slower).toFixed(1)} % took more than ${ratio} times that (5 % may; p ${p.toPrecision(2)})`;
      return { ...fixed, ok: !violated, proven: !violated, value, detail };
    });
}

function milliseconds(micros: number): string {
  return `${(micros / 1000).toPrecision(3)} ms`;
}
