import { HealthImplementation } from 'grpc-health-check';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ModelRepository } from '../serving/model-repository';

type Status = Parameters<HealthImplementation['setStatus']>[1];

/** Names that serve exactly while a model is loaded; '' is the server as a whole. */
const BY_MODELS = ['', 'adlift.v1.Predictor', 'inference.GRPCInferenceService'];
const ALWAYS = 'adlift.v1.Events';

/**
 * What `grpc.health.v1` tells: each loaded model under `<name>` and `<name>@<version>`, NOT_SERVING once it is not
 * loaded any more, and the server as a whole from its first model on.
 */
@Injectable()
export class ModelHealth implements BeforeApplicationShutdown {
  private readonly told = new Map<string, Status>([...BY_MODELS, ALWAYS].map((name) => [name, 'NOT_SERVING']));
  /** The service to add to a gRPC server. */
  readonly service = new HealthImplementation(Object.fromEntries(this.told));
  private listening = false;

  constructor(private readonly models: ModelRepository) {
    models.onChange(() => this.tell());
  }

  /** The server takes calls from now on. */
  serve(): void {
    this.listening = true;
    this.tell();
  }

  /** Callers that watch shall go elsewhere while running calls end. */
  beforeApplicationShutdown(): void {
    this.listening = false;
    this.tell();
  }

  private tell(): void {
    const serving = new Set<string>();
    if (this.listening) {
      serving.add(ALWAYS);
      const { loaded } = this.models.state();
      for (const { reference } of loaded) serving.add(reference).add(reference.slice(0, reference.lastIndexOf('@')));
      if (loaded.length > 0) for (const name of BY_MODELS) serving.add(name);
    }
    for (const name of new Set([...this.told.keys(), ...serving])) {
      const status: Status = serving.has(name) ? 'SERVING' : 'NOT_SERVING';
      // A watcher is told of changes only.
      if (this.told.get(name) === status) continue;
      this.told.set(name, status);
      this.service.setStatus(name, status);
    }
  }
}
