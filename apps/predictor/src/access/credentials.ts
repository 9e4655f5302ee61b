import { Inject, Injectable } from '@nestjs/common';
import { KeyRegistry } from '@adlift/access';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';

export type { Caller } from '@adlift/access';

/** The keys of this predictor's callers. */
@Injectable()
export class Credentials extends KeyRegistry {
  constructor(@Inject(PREDICTOR_CONFIG) config: PredictorEnvironment) {
    super(config.ADLIFT_CREDENTIALS, config.ADLIFT_OPEN_ACCESS);
  }
}
