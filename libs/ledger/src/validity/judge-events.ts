import type { ClientBase } from 'pg';
import { lookingUp } from '../looking-up';
import { correctEvents } from './correct-events';
import { findCandidates } from './find-candidates';
import { findVerdicts } from './find-verdicts';
import { markBursts } from './mark-bursts';

/**
 * Judges the events that what is being folded throws a new light on, and adds a correction to `folding` for each that
 * changes sides. The result is a function of the set of stored events, whatever the order in which they came: an event
 * is judged again whenever something arrives that its validity depends on.
 */
export async function judgeEvents(client: ClientBase): Promise<void> {
  await lookingUp(client, async () => {
    await markBursts(client);
    if ((await findCandidates(client)) === 0) return;
    await findVerdicts(client);
    await correctEvents(client);
  });
}
