import { Module, type DynamicModule } from '@nestjs/common';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { ReplicaController } from '../replica/replica.controller';
import { ReplicaStore } from '../replica/replica-store';
import { BundleFiles } from './bundle-files';
import { ModelController } from './model.controller';
import { ModelLabels } from './model-labels';
import { ModelOverview } from './model-overview';
import { ModelReadiness } from './model-readiness';
import { ModelRegistry } from './model-registry';
import { ServingController } from './serving.controller';
import { ServingService } from './serving.service';
import { ServingStore } from './serving-store';

/** The model repository: what is registered, what is to be served, and which replicas serve it. */
@Module({})
export class ModelModule {
  static forRoot(config: ExperimentsEnvironment): DynamicModule {
    return {
      module: ModelModule,
      controllers: [ServingController, ModelController, ReplicaController],
      providers: [
        { provide: EXPERIMENTS_CONFIG, useValue: config },
        ModelRegistry,
        BundleFiles,
        ModelLabels,
        ServingStore,
        ServingService,
        ModelOverview,
        ModelReadiness,
        ReplicaStore,
      ],
      exports: [ModelRegistry, ModelReadiness],
    };
  }
}
