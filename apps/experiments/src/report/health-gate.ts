import {
  SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR,
  SAMPLE_RATIO_WARNING_P,
  sampleRatioBayesFactor,
  sampleRatioChiSquare,
} from '@adlift/statistics';
import { lostEvents } from '../event-total/lost-events';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { PhaseStatistics } from './kept-statistics';
import { MAX_UNEXPOSED_SHARE, servedAsAssigned } from './served-as-assigned';
import type { HealthCheck } from '@adlift/client';

/** Deltas that may wait while a number still counts as up to date. */
const MAX_PENDING_DELTAS = 50_000;
/** Age of what predictors hold above which too much may be missing from a number. */
const MAX_SPOOL_SECONDS = 60;

/** The checks that stand before any verdict. */
export function healthChecks(design: ExperimentDesign, statistics: PhaseStatistics): HealthCheck[] {
  return [
    sampleRatio(design, statistics),
    severalArms(statistics),
    exposures(statistics),
    ...servedAsAssigned(statistics),
    lostEvents(design, statistics.sent),
    spools(statistics),
    lag(statistics),
  ];
}

function sampleRatio({ variants }: ExperimentDesign, { arms }: PhaseStatistics): HealthCheck {
  const counts = variants.map(({ name }) => arms.get(name)?.units ?? 0);
  const weights = variants.map(({ weight }) => weight);
  const { logBayesFactor } = sampleRatioBayesFactor(counts, weights);
  const { statistic, p } = sampleRatioChiSquare(counts, weights);
  const ok = logBayesFactor <= SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR;
  const warning = ok && p < SAMPLE_RATIO_WARNING_P ? '; warning: watch this' : '';
  return {
    name: 'sample_ratio',
    ok,
    detail: `${counts.join(' : ')} units for weights ${weights.join(' : ')}; Bayes factor ${toText(Math.exp(logBayesFactor))} (gate 1000), chi-square ${statistic.toFixed(3)}, p ${toText(p)}${warning}`,
  };
}

function severalArms({ unitsInSeveralArms: units }: PhaseStatistics): HealthCheck {
  return { name: 'single_arm', ok: units === 0, detail: `${units} units were seen in more than one arm` };
}

function exposures({ unitsWithoutExposure: units, arms }: PhaseStatistics): HealthCheck {
  const exposed = [...arms.values()].reduce((sum, arm) => sum + arm.units, 0);
  return {
    name: 'exposure_logged',
    ok: units <= MAX_UNEXPOSED_SHARE * exposed,
    detail: `${units} units have events but no exposure${units === 0 ? '' : ` (limit ${100 * MAX_UNEXPOSED_SHARE} %)`}`,
  };
}

function spools({ spooled: { records, oldestSeconds } }: PhaseStatistics): HealthCheck {
  return {
    name: 'spooled',
    ok: oldestSeconds <= MAX_SPOOL_SECONDS,
    detail: `${records} events and exposures wait on predictors, the oldest for ${oldestSeconds.toFixed(0)} s (limit ${MAX_SPOOL_SECONDS} s)`,
  };
}

function lag({ pendingDeltas, foldedThrough }: PhaseStatistics): HealthCheck {
  return {
    name: 'folded',
    ok: pendingDeltas <= MAX_PENDING_DELTAS,
    detail: `folded through delta ${foldedThrough}, ${pendingDeltas} wait`,
  };
}

function toText(value: number): string {
  return value === 0 || (value >= 0.001 && value < 1e6) ? value.toPrecision(3) : value.toExponential(2);
}
