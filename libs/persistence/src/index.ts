export { dataSourceOptions } from './data-source-options';
export { migrate } from './migrate';
export { EVENT_TABLES, ensurePartitions } from './partitions';
export { BatchWriter, StoreUnavailable, type BatchWriterOptions } from './batch-writer';
export { BinaryRow, copyBinaryInto } from './copy-binary';
export { copyInto, copyRow, type CopyValue } from './copy-text';
