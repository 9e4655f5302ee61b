/**
 * What is left out under overload, each level with all before it. A level is reached when the expected wait is this
 * many times the target.
 */
export const SHED = { explain: 1, shadow: 2, log: 3, conversion: 4, light: 5, prior: 6, reject: 7 } as const;

/** 0 for nothing, else one of {@link SHED}. */
export type ShedLevel = 0 | (typeof SHED)[keyof typeof SHED];

const LEAST = 0.25;
const THRESHOLDS: readonly (readonly [number, ShedLevel])[] = [
  [20, SHED.reject],
  [1.5, SHED.prior],
  [1.25, SHED.light],
  [1, SHED.conversion],
  [0.75, SHED.log],
  [0.5, SHED.shadow],
  [LEAST, SHED.explain],
];

/** The level for a pressure: the expected wait divided by the target. */
export function shedLevel(pressure: number): ShedLevel {
  // Nearly always there is no pressure at all.
  if (pressure < LEAST) return 0;
  for (const [least, level] of THRESHOLDS) if (pressure >= least) return level;
  return 0;
}
