import { ROLES } from './role';

/** What a key opens: one scope for each surface beside the admin API, whose roles are grants as well. */
export const SCOPES = ['predict', 'events', 'postback', 'metrics'] as const;

/** What a key may do beside: pull models; bring past times and exposures, simulated times, failures on demand. */
const POWERS = ['models', 'import', 'future_times', 'inject_faults'] as const;

export const GRANTS = [...SCOPES, ...ROLES, ...POWERS] as const;

export type Grant = (typeof GRANTS)[number];

/** What needs no key where access is open. Postbacks carry money from outside and always need one. */
export const OPEN: readonly Grant[] = ['predict', 'events', 'admin', 'metrics', 'models'];
