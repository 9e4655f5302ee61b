import { Controller, Get } from '@nestjs/common';
import type { ReplicaView } from '@adlift/client';
import { ReplicaStore } from './replica-store';

/** The predictors that tell of themselves. */
@Controller('v1/replicas')
export class ReplicaController {
  constructor(private readonly replicas: ReplicaStore) {}

  @Get()
  async list(): Promise<{ replicas: ReplicaView[] }> {
    return { replicas: await this.replicas.list() };
  }
}
