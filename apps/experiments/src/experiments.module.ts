import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from '@adlift/persistence';
import { loggerModule, MetricsController } from '@adlift/telemetry';
import { AccessModule } from './access/access.module';
import { CatalogueModule } from './catalogue/catalogue.module';
import { AssignmentController } from './assignment/assignment.controller';
import { AssignmentService } from './assignment/assignment.service';
import { ExperimentAmendment } from './experiment/experiment-amendment';
import { ExperimentApproval } from './experiment/experiment-approval';
import { ExperimentChecks } from './experiment/experiment-checks';
import { ExperimentLifecycle } from './experiment/experiment-lifecycle';
import { ExperimentPhaseEntity } from './experiment/experiment-phase.entity';
import { ExperimentStepController } from './experiment/experiment-step.controller';
import { ExperimentSteps } from './experiment/experiment-steps';
import { ExperimentStore } from './experiment/experiment-store';
import { ExperimentViews } from './experiment/experiment-views';
import { ExperimentController } from './experiment/experiment.controller';
import { ExperimentEntity } from './experiment/experiment.entity';
import { ExperimentService } from './experiment/experiment.service';
import { IdempotentAnswers } from './experiment/idempotent-answers';
import { LifecycleClock } from './experiment/lifecycle-clock';
import { ReportVerdicts } from './experiment/report-verdicts';
import { Verdicts } from './experiment/verdicts';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from './experiments-config';
import { FlagOutbox } from './flag-sync/flag-outbox';
import { FlagReconciler } from './flag-sync/flag-reconciler';
import { FlagWorker } from './flag-sync/flag-worker';
import { UnleashAdmin } from './flag-sync/unleash-admin';
import { AdRateService } from './ad-rate/ad-rate.service';
import { EventComparison } from './event-total/event-comparison';
import { EventTotalController } from './event-total/event-total.controller';
import { EventTotals } from './event-total/event-totals';
import { FoldService } from './fold/fold.service';
import { HealthController } from './health/health.controller';
import { HoldoutController } from './holdout/holdout.controller';
import { HoldoutService } from './holdout/holdout.service';
import { LayerController } from './layer/layer.controller';
import { LayerService } from './layer/layer.service';
import { OpenapiController } from './openapi/openapi.controller';
import { CovariateCount } from './cuped/covariate-count';
import { CovariateStore } from './cuped/covariate-store';
import { MetricController } from './metric/metric.controller';
import { MetricRegistry } from './metric/metric-registry';
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
import { FinalSnapshots } from './report/final-snapshots';
import { KeptStatistics } from './report/kept-statistics';
import { ReportController } from './report/report.controller';
import { ReportService } from './report/report.service';
import { SnapshotService } from './report/snapshot.service';
import { RequestReviewService } from './request-review/request-review.service';
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
import { WebhookController } from './webhook/webhook.controller';
import { WebhookService } from './webhook/webhook.service';
import { WebhookWorker } from './webhook/webhook-worker';
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
        ExperimentStepController,
        AssignmentController,
        LayerController,
        HoldoutController,
        OpenapiController,
        WebhookController,
        MetricController,
        ReportController,
        EventTotalController,
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
        ...[ExperimentStore, ExperimentApproval, ExperimentChecks, ExperimentService, ExperimentViews],
        ...[ExperimentSteps, ExperimentLifecycle, ExperimentAmendment, LifecycleClock, IdempotentAnswers],
        { provide: Verdicts, useClass: ReportVerdicts },
        ...[FlagOutbox, FlagWorker, FlagReconciler, UnleashAdmin],
        ...[AssignmentService, LayerService, HoldoutService],
        ...[WebhookService, WebhookWorker],
        MetricRegistry,
        CovariateStore,
        CovariateCount,
        KeptStatistics,
        ReportService,
        EventTotals,
        EventComparison,
        SnapshotService,
        FinalSnapshots,
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
        RequestReviewService,
        AdRateService,
        RejectedEventService,
        RetentionService,
      ],
    };
  }
}
