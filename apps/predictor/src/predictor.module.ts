import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ScoringPool } from '@adlift/scoring';
import { loggerModule, MetricsController } from '@adlift/telemetry';
import { TokenSealer } from '@adlift/tokens';
import { Credentials } from './access/credentials';
import { initialTokenKeys, TokenKeyFile } from './access/token-key-file';
import { AdCatalogue } from './catalogue/ad-catalogue';
import { CatalogueMirror } from './catalogue/catalogue-mirror';
import { CatalogueReader } from './catalogue/catalogue-reader';
import { CatalogueSnapshot } from './catalogue/catalogue-snapshot';
import { ClickService } from './edge/click-service';
import { EdgeMetrics } from './edge/edge-metrics';
import { EdgeRecorder } from './edge/edge-recorder';
import { EdgeServer } from './edge/edge-server';
import { EdgeTrust } from './edge/edge-trust';
import { PostbackService } from './edge/postback-service';
import { EventsController } from './events/events.controller';
import { EventObservers } from './events/event-observers';
import { EventsGrpc } from './events/events.grpc';
import { EventsService } from './events/events.service';
import { RecentEvents } from './events/recent-events';
import { ExplainController } from './explain/explain.controller';
import { ExplainGrpc } from './explain/explain.grpc';
import { ExplainMetrics } from './explain/explain-metrics';
import { ExplainedModels } from './explain/explained-models';
import { ExplainGate } from './explain/explain-gate';
import { ExplainService } from './explain/explain.service';
import { ModelExplainer } from './explain/model-explainer';
import { ReplacementScorer } from './explain/replacement-scorer';
import { WeightStore } from './explain/weight-store';
import { FaultsController } from './faults/faults.controller';
import { GrpcMetrics } from './grpc/grpc-metrics';
import { GrpcServer } from './grpc/grpc-server';
import { HealthController } from './health/health.controller';
import { ModelHealth } from './health/model-health';
import { ActivityCounts, PredictorStatus } from './health/predictor-status';
import { ProcessMetrics } from './health/process-metrics';
import { ScoringMetrics } from './health/scoring-metrics';
import { InferenceCatalogue } from './inference-protocol/inference-catalogue';
import { InferenceGrpc } from './inference-protocol/inference.grpc';
import { InferenceService } from './inference-protocol/inference.service';
import { InferenceStatistics } from './inference-protocol/inference-statistics';
import { ModelInference } from './inference-protocol/model-inference';
import { OfferedModels } from './inference-protocol/offered-models';
import { RouterInference } from './inference-protocol/router-inference';
import { LedgerModule } from './ledger.module';
import { AnswerAssembler } from './predict/answer-assembler';
import { LogSample } from './predict/log-sample';
import { AnswerSource } from './predict/answer-source';
import { MintTokensGrpc } from './predict/mint-tokens.grpc';
import { PredictController } from './predict/predict.controller';
import { PredictGrpc } from './predict/predict.grpc';
import { PredictMetrics } from './predict/predict-metrics';
import { PredictObservers } from './predict/predict-observers';
import { RecentAnswers } from './predict/recent-answers';
import { PredictorGrpc } from './predict/predictor.grpc';
import { PredictStreamGrpc } from './predict/predict-stream.grpc';
import { PredictService } from './predict/predict.service';
import { TokenMint } from './predict/token-mint';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from './predictor-config';
import { Heartbeat } from './replica/heartbeat';
import { Assigner } from './routing/assigner';
import { FlagRecorder } from './routing/flag-recorder';
import { FlagSource } from './routing/flag-source';
import { UnleashFlagSource } from './routing/unleash-flag-source';
import { ShadowMetrics } from './shadow/shadow-metrics';
import { ShadowRunner } from './shadow/shadow-runner';
import { ShadowScoring } from './shadow/shadow-scoring';
import { DecisionTracer } from './trace/decision-tracer';
import { SpanStorage } from './trace/span-storage';
import { BundleSource } from './serving/bundle-source';
import { ModelLoads } from './serving/model-loads';
import { Admission } from './degradation/admission';
import { Breaker } from './degradation/breaker';
import { Priors } from './degradation/priors';
import { ScoreMemory } from './degradation/score-memory';
import { StandIns } from './degradation/stand-ins';
import { ModelScorer } from './serving/model-scorer';
import { ModelRepository } from './serving/model-repository';

@Global()
@Module({})
export class PredictorModule {
  static forRoot(config: PredictorEnvironment): DynamicModule {
    return {
      module: PredictorModule,
      imports: [loggerModule(config.ADLIFT_LOG_LEVEL), LedgerModule],
      controllers: [
        ...(config.ADLIFT_ROLES.has('predict') ? [PredictController, ExplainController] : []),
        ...(config.ADLIFT_ROLES.has('events') ? [EventsController] : []),
        HealthController,
        FaultsController,
        MetricsController,
      ],
      providers: [
        { provide: PREDICTOR_CONFIG, useValue: config },
        { provide: TokenSealer, useFactory: () => new TokenSealer(initialTokenKeys(config)) },
        { provide: ScoringPool, useFactory: () => new ScoringPool({ batchBudgetMs: config.BATCH_BUDGET_MS }) },
        { provide: FlagSource, useClass: UnleashFlagSource },
        ...[FlagRecorder, Assigner],
        ...[BundleSource, ModelLoads, ModelRepository, ModelScorer, Heartbeat],
        ...[Admission, Breaker, ScoreMemory, Priors, StandIns],
        ...[AdCatalogue, CatalogueReader, CatalogueSnapshot, CatalogueMirror],
        ...[
          AnswerSource,
          TokenMint,
          AnswerAssembler,
          LogSample,
          PredictMetrics,
          DecisionTracer,
          PredictObservers,
          RecentAnswers,
          PredictService,
          PredictGrpc,
          PredictStreamGrpc,
          MintTokensGrpc,
          PredictorGrpc,
        ],
        ...[ExplainedModels, ExplainGate, WeightStore, ReplacementScorer, ModelExplainer],
        ...[ExplainMetrics, ExplainService, ExplainGrpc],
        ...[ShadowMetrics, ShadowRunner, ShadowScoring],
        ...[TokenKeyFile, Credentials, RecentEvents, EventObservers, EventsService, EventsGrpc],
        ...[ActivityCounts, PredictorStatus, ProcessMetrics, ScoringMetrics, SpanStorage, ModelHealth],
        ...[GrpcServer, GrpcMetrics],
        ...[EdgeMetrics, EdgeRecorder, EdgeTrust, ClickService, PostbackService, EdgeServer],
        ...[OfferedModels, ModelInference, RouterInference, InferenceStatistics],
        ...[InferenceCatalogue, InferenceService, InferenceGrpc],
      ],
      exports: [PREDICTOR_CONFIG],
    };
  }
}
