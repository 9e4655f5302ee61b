export {
  type AuditEntry,
  type AuditFilter,
  type AuditPage,
  type KeyView,
  type MadeKey,
  type MadeWebhook,
  type WebhookView,
} from './access';
export { AdminApi, type PlainStep, type StepOptions } from './admin-api';
export { type AdEntry, type AdState, type CatalogueChange } from './ads';
export { ApiError } from './api-connection';
export { AdServerClient, type EventMessage, type PredictCall, type PredictReply } from './ad-server-client';
export {
  type ApprovalView,
  type AssignmentExplanation,
  type DesignView,
  type ExperimentPage,
  type ExperimentView,
  type FlagDriftView,
  type FlagSyncView,
  type PhaseView,
  type RevisionView,
  type ScheduleView,
  type SlotRangeView,
  type UnleashCallView,
  type ValidationView,
} from './experiments';
export { type ErasedUnit } from './erased-unit';
export { type HoldoutView, type LayerView } from './layers';
export { encodeColumns } from './encode-columns';
export { type PublishableBundle } from './model-api';
export {
  type LoadState,
  type ModelView,
  type PolicyView,
  type ReplicaModel,
  type ReplicaView,
  type ServingPolicy,
} from './models';
export { type MetricUnit, type MetricView, type NewMetric } from './metrics';
export { reportTable } from './report-table';
export {
  type AdjustedReport,
  type ExperimentState,
  type FamilyTest,
  type ArmTotals,
  type GuardrailReport,
  type HealthCheck,
  type MetricReport,
  type Report,
  type VariantOutlook,
  type Verdict,
} from './report';
export { type ShadowReport, type ShadowSummary, type ShownCandidates } from './shadow-report';
export { shadowTable } from './shadow-table';
export {
  type RejectedEvent,
  type RejectedEventFilter,
  type RejectedEventPage,
  type RejectedReport,
} from './rejected-events';
export { type Sample, type SampleFilter, type SamplePage } from './samples';
export { sliceTable } from './slice-table';
export { type CampaignSpend, type DimensionReport, type Slice, type SliceMetric, type SliceReport } from './slices';
export { type AaMetric, type AaQuestion, type AaReport, type PowerPlan, type PowerQuestion } from './planning';
