export { foldDeltas } from './fold/fold-deltas';
export { type EventOutcome, type Exposure, type LedgerEvent, type LedgerEventKind } from './ledger-event';
export { LedgerWriter, type LedgerWriterOptions } from './ledger-writer';
export { type PredictionRecord } from './prediction-record';
export { ShadowLog, type ShadowLogOptions } from './shadow-log';
export { type ShadowScore } from './shadow-score';
