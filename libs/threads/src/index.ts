export { comesForward, engineGivesWay, startedGivingWay, thisThreadGivesWay } from './give-way';
export { threadsStartModest } from './modest-heaps';
export { threadEntry, type ThreadEntry } from './thread-entry';
