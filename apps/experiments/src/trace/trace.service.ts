import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { encodeCursor, type TraceQuery } from './trace-query';
import { MAX_SPANS, TraceStore, type TraceRow } from './trace-store';
import { isoNanoseconds, traceView, type TraceView } from './trace-view';

/** A trace in the list of `GET /v1/traces`. */
export interface TraceSummary {
  readonly traceId: string;
  /** Name and service of the root, or of the first span while no root is known. */
  readonly name: string;
  readonly service: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly spans: number;
  readonly error: boolean;
  readonly experiment: string | null;
  readonly variant: string | null;
  readonly predictionId: string | null;
}

export interface TracePage {
  readonly traces: readonly TraceSummary[];
  /** For the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Finds traces, and shows one whole. */
@Injectable()
export class TraceService {
  constructor(private readonly store: TraceStore) {}

  async search(query: TraceQuery): Promise<TracePage> {
    const rows = await this.store.search(query);
    const shown = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? shown.at(-1) : undefined;
    return { traces: shown.map(summary), nextCursor: last === undefined ? null : encodeCursor(last) };
  }

  /** Throws `not_found` with `sampled: false` for a trace that was not kept. */
  async trace(traceId: string): Promise<TraceView> {
    const found = await this.find(traceId);
    if (found === undefined) throw notKept(`no span of trace ${traceId} was kept`);
    return found;
  }

  /** Throws `not_found`: with `sampled: false` when the trace was not kept, without when there is no such prediction. */
  async traceOfPrediction(predictionId: string): Promise<TraceView> {
    const traceIds = await this.store.tracesOfPrediction(predictionId);
    if (traceIds.length === 0) throw new DomainError('not_found', `there is no prediction ${predictionId}`, 'id');
    for (const traceId of traceIds) {
      const found = await this.find(traceId);
      if (found !== undefined) return found;
    }
    throw notKept(`the trace of prediction ${predictionId} was not kept`);
  }

  private async find(traceId: string): Promise<TraceView | undefined> {
    const spans = await this.store.spans(traceId);
    if (spans.length === 0) return undefined;
    const linkedFrom = await this.store.linkingSpans(traceId);
    return traceView(traceId, spans.slice(0, MAX_SPANS), { truncated: spans.length > MAX_SPANS, linkedFrom });
  }
}

function notKept(message: string): DomainError {
  return new DomainError('not_found', message, 'id', undefined, { sampled: false });
}

function summary({ traceId, name, service, startNs, endNs, spans, error, ...labels }: TraceRow): TraceSummary {
  const { experiment, variant, predictionId } = labels;
  return {
    traceId,
    name,
    service,
    startedAt: isoNanoseconds(startNs),
    durationMs: Number(endNs - startNs) / 1e6,
    spans,
    error,
    experiment,
    variant,
    predictionId,
  };
}
