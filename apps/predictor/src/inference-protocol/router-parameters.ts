import { InvalidField } from '@adlift/wire';
import type { InferRequest } from './infer-request';

/** Parameters that begin so go to the flags' constraints, without the prefix. */
export const ROUTING_PREFIX = 'routing_';

const OWN = ['unit_id', 'session_id', 'placement', 'currency', 'bid_type', 'privacy', 'tokens', 'country', 'device'];
const PROTOCOL = [
  'timeout',
  'priority',
  'binary_data_output',
  'headers',
  'sequence_id',
  'sequence_start',
  'sequence_end',
];
const PROTOCOL_PREFIX = 'triton_';

/** Throws InvalidField for a parameter without a meaning here: a misspelt `unit_id` would leave the experiment unseen. */
export function requireKnownParameters({ parameters }: InferRequest): void {
  for (const name of parameters.keys()) {
    if (OWN.includes(name) || PROTOCOL.includes(name)) continue;
    if (name.startsWith(ROUTING_PREFIX) || name.startsWith(PROTOCOL_PREFIX)) continue;
    throw new InvalidField(
      `parameters.${name}`,
      `has no meaning here; known are ${OWN.join(', ')} and ${ROUTING_PREFIX}*`,
    );
  }
}
