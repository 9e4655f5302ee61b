import { sigmoid } from './offline-metrics';

/** Platt's scaling of a logit: calibrated logit = a * logit + b. */
export interface Calibration {
  readonly a: number;
  readonly b: number;
}

/** The calibration that changes nothing. */
export const IDENTITY_CALIBRATION: Calibration = { a: 1, b: 0 };

/**
 * Served logit of a model's raw logit. A model trained with negatives kept at rate w in (0, 1] first gets ln w added,
 * which equals q = p / (p + (1 - p) / w) on the probability; calibration is fitted on logits corrected that way.
 */
export function servedLogit(rawLogit: number, calibration: Calibration, negativeSamplingRate: number): number {
  return calibration.a * (rawLogit + Math.log(negativeSamplingRate)) + calibration.b;
}

const MAX_STEPS = 50;
const TOLERANCE = 1e-10;

/**
 * Fits Platt's a and b by Newton's method on the log-loss, from about 100 positives upwards. Returns the identity when
 * the rows do not determine both (one class, or equal logits everywhere).
 */
export function fitPlatt(logits: Float64Array, labels: Uint8Array, weights?: Float32Array): Calibration {
  let a = 1;
  let b = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    let ga = 0;
    let gb = 0;
    let haa = 0;
    let hab = 0;
    let hbb = 0;
    for (let i = 0; i < logits.length; i++) {
      const weight = weights?.[i] ?? 1;
      const x = logits[i];
      const p = sigmoid(a * x + b);
      const gradient = weight * (p - (labels[i] !== 0 ? 1 : 0));
      const curvature = weight * p * (1 - p);
      ga += gradient * x;
      gb += gradient;
      haa += curvature * x * x;
      hab += curvature * x;
      hbb += curvature;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 1e-12 * haa * hbb)) return IDENTITY_CALIBRATION;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    a -= da;
    b -= db;
    if (!Number.isFinite(a) || !Number.isFinite(b)) return IDENTITY_CALIBRATION;
    if (Math.abs(da) + Math.abs(db) < TOLERANCE) return { a, b };
  }
  return IDENTITY_CALIBRATION;
}
