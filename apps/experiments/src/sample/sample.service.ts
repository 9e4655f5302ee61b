import { Injectable } from '@nestjs/common';
import type { Sample, SamplePage } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { uuidV7Time } from '@adlift/wire';
import { ExperimentService } from '../experiment/experiment.service';
import { encodeCursor, type SampleQuery } from './sample-query';
import { SampleStore, type SampleRow } from './sample-store';

/** The way from a cell of a report to the requests behind it. */
@Injectable()
export class SampleService {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly store: SampleStore,
  ) {}

  /** Throws `not_found` for an experiment or a variant that there is not. */
  async page(key: string, query: SampleQuery): Promise<SamplePage> {
    const { design } = await this.experiments.current(key);
    const { variant } = query;
    if (variant !== undefined && !design.variants.some(({ name }) => name === variant))
      throw new DomainError('not_found', `experiment "${key}" has no variant "${variant}"`, 'variant');
    const rows = await this.store.find(key, { ...query, limit: query.limit + 1 });
    const samples = rows.slice(0, query.limit).map(sampleOf);
    const last = rows.length > query.limit ? samples.at(-1) : undefined;
    return { samples, nextCursor: last === undefined ? null : encodeCursor(last) };
  }
}

function sampleOf(row: SampleRow): Sample {
  const { shownAt, shownValid, position, clickedAt, clickValid, conversions, valueMicros, ...rest } = row;
  const { requestId, candidates, totalUs, fallbackSource, ...known } = rest;
  return {
    ...known,
    predictedAt: new Date(uuidV7Time(row.predictionId)).toISOString(),
    bidMicros: Number(row.bidMicros),
    chargedMicros: Number(row.chargedMicros),
    impression: shownAt === null ? null : { at: shownAt.toISOString(), valid: shownValid, position },
    click: clickedAt === null ? null : { at: clickedAt.toISOString(), valid: clickValid },
    conversions: { count: Number(conversions), valueMicros: Number(valueMicros) },
    request: requestId === null ? null : { requestId, candidates, totalUs, fallbackSource },
  };
}
