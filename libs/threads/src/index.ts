export { engineGivesWay, givingWay, thisThreadGivesWay } from './give-way';
export { threadsStartModest } from './modest-heaps';
export { threadEntry, type ThreadEntry } from './thread-entry';
