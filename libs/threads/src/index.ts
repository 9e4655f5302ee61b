export { engineGivesWay, thisThreadGivesWay } from './give-way';
export { threadEntry, type ThreadEntry } from './thread-entry';
