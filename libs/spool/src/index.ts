export { DamagedBlob, MAX_RECORD_BYTES } from './blob';
export { packRecords, unpackRecords } from './packed-records';
export { Spool, type SpoolOptions } from './spool';
export { SpoolConsumer, type SpoolBatch } from './spool-consumer';
export { SpoolClosed, SpoolFailed, SpoolFormatError, SpoolFull, SpoolInUse } from './spool-error';
export { type Damage, type ReadLimit } from './spool-batch';
export { type SpoolStats, type StreamStats } from './spool-stats';
export { type RestartDelays } from './thread-watch';
