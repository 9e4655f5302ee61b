import { Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ScoringPool } from '@adlift/scoring';
import { Credentials } from '../access/credentials';

/** Failures on demand, for drills and tests: only for a credential with the grant `inject_faults`. */
@Controller('v1/faults')
export class FaultsController {
  constructor(
    private readonly credentials: Credentials,
    private readonly pool: ScoringPool,
  ) {}

  /** Ends every scoring thread as a crash would. */
  @Post('kill-scoring-worker')
  @HttpCode(202)
  async killScoringWorker(@Headers('authorization') authorization?: string): Promise<{ killed: number }> {
    this.credentials.require('inject_faults', authorization);
    return { killed: await this.pool.killThreads() };
  }
}
