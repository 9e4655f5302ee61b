import { DomainError } from '@adlift/problem';
import type { ParameterValue } from './infer-request';

/** Parameters of a call or an output that ask for parts of the protocol's extensions that are not offered here. */
const UNOFFERED = ['sequence_id', 'sequence_start', 'sequence_end', 'classification', 'shared_memory_region'];

/** Throws `unimplemented` when a parameter asks for sequences, classification or shared memory. */
export function refuseUnoffered(parameters: ReadonlyMap<string, ParameterValue>, path: string): void {
  for (const name of UNOFFERED) {
    const value = parameters.get(name);
    if (value === undefined || value === 0 || value === false || value === '') continue;
    throw new DomainError('unimplemented', `${path}.${name}: this server does not offer it`, `${path}.${name}`);
  }
}
