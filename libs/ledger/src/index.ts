export { foldDeltas } from './fold';
export { type EventOutcome, type Exposure, type LedgerEvent, type LedgerEventKind } from './ledger-event';
export { LedgerWriter, type LedgerWriterOptions } from './ledger-writer';
export { type PredictionRecord } from './prediction-record';
