import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from '@adlift/persistence';
import { loggerModule, MetricsController } from '@adlift/telemetry';
import { AccessModule } from './access/access.module';
import { CatalogueModule } from './catalogue/catalogue.module';
import { ExperimentApproval } from './experiment/experiment-approval';
import { ExperimentController } from './experiment/experiment.controller';
import { ExperimentPhaseEntity } from './experiment/experiment-phase.entity';
import { ExperimentService } from './experiment/experiment.service';
import { ExperimentEntity } from './experiment/experiment.entity';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from './experiments-config';
import { FlagSync } from './flag-sync/flag-sync';
import { UnleashAdmin } from './flag-sync/unleash-admin';
import { AdRateService } from './ad-rate/ad-rate.service';
import { FoldService } from './fold/fold.service';
import { HealthController } from './health/health.controller';
import { ModelEntity } from './model/model.entity';
import { ModelLabelEntity } from './model/model-label.entity';
import { ModelModule } from './model/model.module';
import { PageModule } from './page/page.module';
import { PlanningController } from './planning/planning.controller';
import { PlanningService } from './planning/planning.service';
import { UnitHistoryStore } from './planning/unit-history';
import { ReconcileService } from './reconcile/reconcile.service';
import { RejectedEventController } from './rejected-event/rejected-event.controller';
import { RejectedEventService } from './rejected-event/rejected-event.service';
import { KeptStatistics } from './report/kept-statistics';
import { ReportController } from './report/report.controller';
import { ReportService } from './report/report.service';
import { SnapshotService } from './report/snapshot.service';
import { RetentionService } from './retention/retention.service';
import { UnitsController } from './retention/units.controller';
import { SampleController } from './sample/sample.controller';
import { SampleService } from './sample/sample.service';
import { SampleStore } from './sample/sample-store';
import { ShadowController } from './shadow/shadow.controller';
import { ShadowService } from './shadow/shadow.service';
import { ShadowSums } from './shadow/shadow-sums';
import { SliceController } from './slice/slice.controller';
import { SliceService } from './slice/slice.service';
import { SliceStore } from './slice/slice-store';
import { TraceModule } from './trace/trace.module';

@Module({})
export class ExperimentsModule {
  static forRoot(config: ExperimentsEnvironment): DynamicModule {
    return {
      module: ExperimentsModule,
      imports: [
        loggerModule(config.ADLIFT_LOG_LEVEL),
        TypeOrmModule.forRoot(
          dataSourceOptions(config.DATABASE_URL, [
            ExperimentEntity,
            ExperimentPhaseEntity,
            ModelEntity,
            ModelLabelEntity,
          ]),
        ),
        AccessModule.forRoot(config),
        TraceModule.forRoot(config),
        PageModule.forRoot(config),
        CatalogueModule,
        ModelModule.forRoot(config),
      ],
      controllers: [
        ExperimentController,
        ReportController,
        SampleController,
        PlanningController,
        ShadowController,
        SliceController,
        RejectedEventController,
        UnitsController,
        HealthController,
        MetricsController,
      ],
      providers: [
        { provide: EXPERIMENTS_CONFIG, useValue: config },
        ExperimentApproval,
        ExperimentService,
        FlagSync,
        UnleashAdmin,
        KeptStatistics,
        ReportService,
        SnapshotService,
        SampleStore,
        UnitHistoryStore,
        PlanningService,
        SampleService,
        ShadowSums,
        ShadowService,
        SliceStore,
        SliceService,
        FoldService,
        ReconcileService,
        AdRateService,
        RejectedEventService,
        RetentionService,
      ],
    };
  }
}
