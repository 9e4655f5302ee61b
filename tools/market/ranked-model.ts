import type { FeatureSchema } from '@adlift/features';
import type { Calibration } from '@adlift/training';

/** All that is needed to rank as a trained model does: its weight file (JSON text), its features, its calibration. */
export interface RankedModel {
  readonly weightFile: string;
  readonly schema: FeatureSchema;
  readonly calibration: Calibration;
}

/** The two arms of the market's experiment. */
export interface Arms<T> {
  readonly control: T;
  readonly treatment: T;
}
