import { capAmount, isRefusal, revenueCap, type ArmSums } from '@adlift/statistics';
import { CLASSIC_METRICS } from '../metric/built-in-metrics';
import { isMoney, scaleOf, type MetricDefinition } from '../metric/metric-definition';
import type { UnitHistory } from './unit-history';

/** A metric over the units of a history: numerators and denominators by unit, whole numbers. */
export interface HistoryMetric {
  readonly definition: MetricDefinition;
  /** From what is in the arrays to what is shown. */
  readonly scale: number;
  readonly m: Float64Array;
  /** Absent for a mean over units. */
  readonly d: Float64Array | undefined;
}

/** Micros in what the history counts money in. */
const MICROS = 1000;

/** The metrics that every report shows over the history; revenue within the cap that a phase of these units would get. */
export function historyMetrics(history: UnitHistory): readonly HistoryMetric[] {
  const cap = revenueCap(history.charged);
  const capped = isRefusal(cap) ? history.charged : history.charged.map((amount) => capAmount(amount, cap));
  const columns: Readonly<Record<string, Float64Array>> = {
    ...{ impressions: history.impressions, clicks: history.clicks, conversions: history.conversions },
    capped_micros: capped,
  };
  return CLASSIC_METRICS.map((definition) => ({
    definition,
    scale: isMoney(definition) ? scaleOf(definition) * MICROS : scaleOf(definition),
    m: columnOf(columns, definition.numerator),
    d: definition.denominator === undefined ? undefined : columnOf(columns, definition.denominator),
  }));
}

function columnOf(columns: Readonly<Record<string, Float64Array>>, name: string): Float64Array {
  const column = columns[name];
  if (column === undefined) throw new TypeError(`units have no ${name} in their history`);
  return column;
}

/** Sums of a metric over the units for which `arm` holds; exact while they are below 2^53. */
export class PlainSums {
  private units = 0;
  private m = 0;
  private d = 0;
  private mm = 0;
  private dd = 0;
  private md = 0;
  private withM = 0;

  add(m: number, d: number): void {
    this.units++;
    this.m += m;
    this.d += d;
    this.mm += m * m;
    this.dd += d * d;
    this.md += m * d;
    if (m !== 0) this.withM++;
  }

  sums(): ArmSums {
    return {
      ...{ units: BigInt(this.units), unitsWithM: BigInt(this.withM) },
      ...{ sumM: BigInt(this.m), sumD: BigInt(this.d) },
      ...{ sumMM: BigInt(this.mm), sumDD: BigInt(this.dd), sumMD: BigInt(this.md) },
    };
  }
}
