import { Controller, Get, Inject } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { PredictorStatus } from './predictor-status';

@Controller()
export class HealthController {
  constructor(
    private readonly status: PredictorStatus,
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
  ) {}

  /** The process answers. */
  @Get('livez')
  livez(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The predictor can answer from a model: 503 until one is loaded; degraded while the event store or the spool is away. */
  @Get('readyz')
  readyz(): { status: 'ok' | 'degraded' } {
    const { models, ledger } = this.status.read();
    if (this.config.ADLIFT_ROLES.has('predict') && models.loaded.length === 0)
      throw new DomainError('unavailable', 'no model is loaded yet', undefined, 1);
    return { status: ledger.unavailable || ledger.spool.state !== 'open' ? 'degraded' : 'ok' };
  }

  /** What is loaded, routed, counted and waiting. */
  @Get('v1/status')
  read(): ReturnType<PredictorStatus['read']> {
    return this.status.read();
  }
}
