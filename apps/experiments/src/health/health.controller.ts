import { Controller, Get } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';

@Controller()
export class HealthController {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** The process answers. */
  @Get('livez')
  livez(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The process can do its work: 503 while its database is away. */
  @Get('readyz')
  async readyz(): Promise<{ status: 'ok' }> {
    try {
      await this.source.query('SELECT 1');
    } catch (error) {
      throw new DomainError('unavailable', `the database is away: ${(error as Error).message}`, undefined, 1);
    }
    return { status: 'ok' };
  }
}
