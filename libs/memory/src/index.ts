export { RecentKeys } from './recent-keys';
export { Slab } from './slab';
export { textHash } from './text-hash';
export { TransientMap } from './transient-map';
