import { Controller, Delete, Inject, Param } from '@nestjs/common';
import type { ErasedUnit } from '@adlift/client';
import { eraseUnit } from '@adlift/ledger';
import { HeardClient } from '@adlift/persistence';
import { requireId } from '@adlift/wire';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';

/** It reads all raw rows, for there is no index by unit. */
const TIMEOUT_MS = 1_800_000;

/** `DELETE /v1/units/:unit`: erases what is stored of a unit. */
@Controller('v1/units')
export class UnitsController {
  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {}

  @Delete(':unit')
  async erase(@Param('unit') unit: string): Promise<ErasedUnit> {
    requireId('unit', unit, 1);
    const client = new HeardClient({
      ...{ connectionString: this.config.DATABASE_URL, application_name: 'adlift-erasure' },
      statement_timeout: TIMEOUT_MS,
    });
    await client.connect();
    try {
      return await eraseUnit(client, unit);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
