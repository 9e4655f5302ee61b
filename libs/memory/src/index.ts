export { Slab } from './slab';
export { textHash } from './text-hash';
export { TransientMap } from './transient-map';
