/** The scores of one shadow variant for one request, beside those that were served; both have one per candidate. */
export interface ShadowScore {
  readonly predictionId: string;
  /** Of the prediction, Unix milliseconds. */
  readonly timeMs: number;
  readonly experiment: string;
  readonly phase: number;
  /** The arm whose model answered. */
  readonly variant: string;
  readonly shadow: string;
  /** The shadow's click model, "name@version". */
  readonly model: string;
  readonly bundleDigest: string;
  readonly pctrServed: ArrayLike<number>;
  /** NaN where the model gave no finite score. */
  readonly pctrShadow: ArrayLike<number>;
  /** Share of the requests that are scored, (0, 1]. */
  readonly rate: number;
  /** From the submission of the request's rows to their scores, microseconds. */
  readonly scoredUs: number;
}
