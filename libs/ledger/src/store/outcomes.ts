import type { EventOutcome } from '../ledger-event';

export const ACCEPTED: EventOutcome = { status: 'accepted', reason: '' };
/** The same was said before. */
export const ALREADY_RECORDED: EventOutcome = { status: 'duplicate', reason: 'already_recorded' };
/** Something else was said before under this identity; that stands. */
export const ALREADY_CONFLICTS: EventOutcome = { status: 'conflict', reason: 'already_recorded' };
