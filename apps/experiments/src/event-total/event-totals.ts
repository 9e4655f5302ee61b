import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { DomainError } from '@adlift/problem';
import { ExperimentService } from '../experiment/experiment.service';
import { EventComparison } from './event-comparison';

const count = z.int().min(0);

/** Body of `POST /v1/events/totals`: what an ad server has sent of an experiment's present phase, all told. */
export const eventTotals = z.strictObject({
  experiment: z.string().min(1).max(63),
  totals: z
    .array(z.strictObject({ variant: z.string().min(1).max(63), impressions: count, clicks: count }))
    .min(1)
    .max(16),
});

export type EventTotalsBody = z.infer<typeof eventTotals>;

/** Notes what ad servers say they have sent, to be compared with what arrives of it. */
@Injectable()
export class EventTotals {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly experiments: ExperimentService,
    private readonly comparison: EventComparison,
  ) {}

  /** Throws `not_found` for an unknown experiment, `invalid_argument` for a variant that it has not or that comes twice. */
  async note({ experiment: key, totals }: EventTotalsBody, actor: string): Promise<void> {
    const { design, phase } = await this.experiments.get(key);
    const own = new Set(design.variants.map(({ name }) => name));
    totals.forEach(({ variant }, i) => {
      if (!own.delete(variant)) {
        const message = `"${variant}" is no variant of "${key}", or comes twice`;
        throw new DomainError('invalid_argument', message, `totals[${i}].variant`);
      }
    });
    await this.source.query(
      `INSERT INTO event_total (experiment, phase, variant, impressions, clicks, reported_by)
       SELECT $1, $2, variant, impressions, clicks, $3
       FROM unnest($4::text[], $5::bigint[], $6::bigint[]) AS given (variant, impressions, clicks)
       ON CONFLICT (experiment, phase, variant, stage) DO UPDATE SET
         impressions = excluded.impressions, clicks = excluded.clicks, reported_at = clock_timestamp(), reported_by = excluded.reported_by`,
      [
        ...[key, phase, actor],
        ...[totals.map((one) => one.variant), totals.map((one) => one.impressions), totals.map((one) => one.clicks)],
      ],
    );
    this.comparison.wake();
  }
}
