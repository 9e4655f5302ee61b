import type { DataSourceOptions, EntitySchema, MixedList } from 'typeorm';
import { HeardClient } from './open-pool';
import { Access1795879800000 } from './migrations/access';
import { AdCatalogue1795568400000 } from './migrations/ad-catalogue';
import { AdRates1795651200000 } from './migrations/ad-rates';
import { CalibrationMoments1795884300000 } from './migrations/calibration-moments';
import { ComparedTotals1795888800000 } from './migrations/compared-totals';
import { ConclusionTime1795889700000 } from './migrations/conclusion-time';
import { CovariateUnits1795889400000 } from './migrations/covariate-units';
import { Covariates1795888500000 } from './migrations/covariates';
import { DeltaLanes1795890000000 } from './migrations/delta-lanes';
import { EventTotals1795884900000 } from './migrations/event-totals';
import { ExperimentLife1795880700000 } from './migrations/experiment-life';
import { ExposureAttributes1795889100000 } from './migrations/exposure-attributes';
import { Holdout1795887000000 } from './migrations/holdout';
import { InitialSchema1795392000000 } from './migrations/initial-schema';
import { KeptMoments1795827600000 } from './migrations/kept-moments';
import { MetricDefinitions1795888200000 } from './migrations/metric-definitions';
import { ModelServing1795654800000 } from './migrations/model-serving';
import { NarrowDeltas1795865400000 } from './migrations/narrow-deltas';
import { PackedDeltas1795889700000 } from './migrations/packed-deltas';
import { Quarantine1795824000000 } from './migrations/quarantine';
import { RareMarks1795890300000 } from './migrations/rare-marks';
import { RatioMoments1795887900000 } from './migrations/ratio-moments';
import { ReplicaSpool1795829400000 } from './migrations/replica-spool';
import { ReportSnapshots1795884600000 } from './migrations/report-snapshots';
import { RequestReview1795886100000 } from './migrations/request-review';
import { ShadowScores1795741200000 } from './migrations/shadow-scores';
import { Slices1795880400000 } from './migrations/slices';
import { TraceStore1795478400000 } from './migrations/trace-store';
import { Webhooks1795883700000 } from './migrations/webhooks';

/** Notes which migrations have run. */
const MIGRATIONS_TABLE = 'adlift_migration';

/** TypeORM options of a process that administers the schema: explicit migrations, never `synchronize`. */
export function dataSourceOptions(
  url: string,
  entities: MixedList<(new () => object) | EntitySchema>,
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities,
    migrations: [
      InitialSchema1795392000000,
      TraceStore1795478400000,
      AdCatalogue1795568400000,
      AdRates1795651200000,
      ModelServing1795654800000,
      ShadowScores1795741200000,
      Quarantine1795824000000,
      KeptMoments1795827600000,
      ReplicaSpool1795829400000,
      NarrowDeltas1795865400000,
      Access1795879800000,
      Slices1795880400000,
      ExperimentLife1795880700000,
      Webhooks1795883700000,
      CalibrationMoments1795884300000,
      ReportSnapshots1795884600000,
      EventTotals1795884900000,
      RequestReview1795886100000,
      Holdout1795887000000,
      RatioMoments1795887900000,
      MetricDefinitions1795888200000,
      Covariates1795888500000,
      ComparedTotals1795888800000,
      ExposureAttributes1795889100000,
      CovariateUnits1795889400000,
      ConclusionTime1795889700000,
      PackedDeltas1795889700000,
      DeltaLanes1795890000000,
      RareMarks1795890300000,
    ],
    // On a shared database, other tools keep a table by the usual name.
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'all',
    synchronize: false,
    applicationName: 'adlift-admin',
    extra: { Client: HeardClient },
    poolSize: 8,
    connectTimeoutMS: 5000,
  };
}
