import { Injectable } from '@nestjs/common';
import { telemetry } from '@adlift/telemetry';
import type { Inferred } from './inferred';

/** How often something happened, and for how long altogether. */
interface Duration {
  count: number;
  ns: number;
}

type Stage = 'queue' | 'compute_input' | 'compute_infer' | 'compute_output';

/** What the protocol's statistics tell of one model; calls of this protocol only, since the start. */
export interface ModelStatistics {
  /** Milliseconds since 1970. */
  last_inference: number;
  /** Rows scored. */
  inference_count: number;
  /** Runs of the model. */
  execution_count: number;
  readonly inference_stats: Record<Stage | 'success' | 'fail' | 'cache_hit' | 'cache_miss', Duration>;
  readonly batch_stats: ({ readonly batch_size: number } & Record<Exclude<Stage, 'queue'>, Duration>)[];
}

/** Counts and times inferences by model; the names are the protocol's own. */
@Injectable()
export class InferenceStatistics {
  private readonly byReference = new Map<string, ModelStatistics>();
  private readonly requests = telemetry().meter.createCounter('adlift_inference_requests', {
    description: 'Calls of the Open Inference Protocol by outcome: model, fallback, or the error code',
  });

  constructor() {
    this.requests.add(0, { outcome: 'model' });
    this.requests.add(0, { outcome: 'fallback' });
  }

  /** What has been counted for a model by "name@version"; zeros for one that was never asked. */
  of(reference: string): ModelStatistics {
    return this.byReference.get(reference) ?? nothing();
  }

  /** Times are in milliseconds: `inputMs` from the call's bytes to columns, `outputMs` from scores to bytes. */
  succeeded(reference: string, inferred: Inferred, inputMs: number, outputMs: number, totalMs: number): void {
    const { rows, executed, encodeMs, queueMs, inferenceMs } = inferred;
    this.requests.add(1, { outcome: executed ? 'model' : 'fallback' });
    const statistics = this.entry(reference);
    const { inference_stats: stages } = statistics;
    statistics.last_inference = Date.now();
    add(stages.success, totalMs);
    if (!executed) return;
    statistics.inference_count += rows;
    statistics.execution_count++;
    add(stages.queue, queueMs);
    for (const target of [stages, batchOf(statistics, rows)]) {
      add(target.compute_input, inputMs + encodeMs);
      add(target.compute_infer, inferenceMs);
      add(target.compute_output, outputMs);
    }
  }

  /** `reference` is '' for a call that named no model of ours. */
  failed(reference: string, code: string, totalMs: number): void {
    this.requests.add(1, { outcome: code });
    if (reference !== '') add(this.entry(reference).inference_stats.fail, totalMs);
  }

  private entry(reference: string): ModelStatistics {
    const known = this.byReference.get(reference) ?? nothing();
    this.byReference.set(reference, known);
    return known;
  }
}

function batchOf({ batch_stats: batches }: ModelStatistics, rows: number): ModelStatistics['batch_stats'][number] {
  const known = batches.find(({ batch_size: size }) => size === rows);
  if (known !== undefined) return known;
  const batch = { batch_size: rows, compute_input: zero(), compute_infer: zero(), compute_output: zero() };
  batches.push(batch);
  return batch;
}

function nothing(): ModelStatistics {
  return {
    last_inference: 0,
    inference_count: 0,
    execution_count: 0,
    inference_stats: {
      success: zero(),
      fail: zero(),
      queue: zero(),
      compute_input: zero(),
      compute_infer: zero(),
      compute_output: zero(),
      cache_hit: zero(),
      cache_miss: zero(),
    },
    batch_stats: [],
  };
}

function zero(): Duration {
  return { count: 0, ns: 0 };
}

function add(duration: Duration, ms: number): void {
  duration.count++;
  duration.ns += Math.round(ms * 1e6);
}
