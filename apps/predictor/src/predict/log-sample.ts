import { Inject, Injectable } from '@nestjs/common';
import type { PredictRequest } from '@adlift/wire';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import type { Route } from '../routing/assigner';
import { inSample } from './prediction-sample';

/** Which answers have a row in the prediction log. */
@Injectable()
export class LogSample {
  private readonly rate: number;

  constructor(@Inject(PREDICTOR_CONFIG) config: PredictorEnvironment) {
    this.rate = config.PREDICTION_LOG_RATE;
  }

  /** The share of requests such as this one that are logged, by which what is logged has to be weighted; 0 for none. */
  rateOf({ privacy }: PredictRequest, { forced }: Route): number {
    return privacy === 'FULL' && !forced ? this.rate : 0;
  }

  /** Whether the prediction is one of them. */
  holds(predictionId: string, rate: number): boolean {
    return inSample('log', predictionId, rate);
  }
}
