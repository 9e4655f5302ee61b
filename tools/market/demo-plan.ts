/** The experiment that the demo plays and the proof repeats: the interaction model against main effects alone. */
export const DEMO_PLAN = {
  /** Of the market and its models, and of the demo's own traffic unless another is asked for. */
  seed: 20261122,
  requests: 60_000,
  units: 8_000,
  /** Share of requests of either arm whose first ad is drawn at random. */
  epsilon: 0.02,
  /** Two-sided error of every interval. */
  alpha: 0.05,
} as const;
