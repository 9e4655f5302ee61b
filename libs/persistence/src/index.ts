export { awaitDatabase } from './await-database';
export { dataSourceOptions } from './data-source-options';
export { migrate } from './migrate';
export { EVENT_TABLES, ensurePartitions } from './partitions';
export { BatchStore, type BatchStoreOptions } from './batch-store';
export { BatchWriter, StoreUnavailable, type BatchWriterOptions } from './batch-writer';
export { BinaryRow, copyBinaryInto, dayText, daysSince2000 } from './copy-binary';
export { copyInto, copyRow, type CopyValue } from './copy-text';
export { withClient } from './with-client';
