export { dataSourceOptions } from './data-source-options';
export { migrate } from './migrate';
export { DAILY_TABLES, ensurePartitions } from './partitions';
