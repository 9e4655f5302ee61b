/**
 * Numbers of the advisory locks that processes exclude each other with. Any constants work; they must only differ, and
 * be the same in every process and version.
 */
export const ADVISORY_LOCKS = {
  migration: 7_203_311,
  partitions: 7_203_312,
  /**
   * Whoever changes the kept statistics, to the end of the transaction; held in common by those that fold a lane each,
   * together with the lock of their lane.
   */
  fold: 7_203_313,
  foldLanes: [7_203_329, 7_203_330],
  adRates: 7_203_314,
  reconcile: 7_203_316,
  spanRetention: 7_203_317,
  retention: 7_203_318,
  /** Whoever tells Unleash what experiments say. */
  flagSync: 7_203_319,
  slices: 7_203_320,
  requestReview: 7_203_325,
  eventTotals: 7_203_326,
  finalSnapshots: 7_203_327,
  /** Whoever counts or renames what units did before their experiments, to the end of the transaction. */
  covariates: 7_203_328,
} as const;
