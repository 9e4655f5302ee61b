import * as broker from './broker-faults';
import * as faults from './faults';
import type { Fault } from './faults';

/** What befalls a stack, in turns. */
export interface FaultPlan {
  readonly kills: readonly Fault[];
  /** One of them follows after so many kills. */
  readonly killsPerOther: number;
  readonly others: readonly Fault[];
}

export const PLAN: FaultPlan = {
  // Out of ten kills.
  kills: [
    ...[faults.killWriter, faults.killPostgresWhileWriting, faults.killWriter, faults.killFoldLeader],
    ...[faults.killProducer, faults.killWriter, faults.killPostgresWhileFolding, faults.killWriter],
    ...[faults.killFoldLeader, faults.killPostgresWhileWriting],
  ],
  killsPerOther: 5,
  // The disk before the spool: a spool that was full once has its cap's worth of disk and needs no more.
  others: [faults.fillDisk, faults.cutConnections, faults.hangPostgres, faults.fillSpool, faults.holdLock],
};

export const BROKER_PLAN: FaultPlan = {
  kills: [
    ...[broker.killBrokerLeader, broker.killWriterBeforeItAcknowledges, broker.killBrokerLeader, broker.killPublisher],
    ...[broker.killBrokerLeader, faults.killPostgresWhileWriting, faults.killWriter],
  ],
  killsPerOther: 2,
  others: [broker.sendUnreadable, broker.stopBroker],
};
