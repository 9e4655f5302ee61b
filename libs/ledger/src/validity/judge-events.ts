import type { ClientBase } from 'pg';
import { correctEvents } from './correct-events';
import { findCandidates } from './find-candidates';
import { findVerdicts } from './find-verdicts';
import { markBursts } from './mark-bursts';

const PLANS = ['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan'];

/**
 * Judges the events that what is being folded throws a new light on, and adds a correction to `folding` for each that
 * changes sides. The result is a function of the set of stored events, whatever the order in which they came: an event
 * is judged again whenever something arrives that its validity depends on.
 */
export async function judgeEvents(client: ClientBase): Promise<void> {
  // Few rows are looked up by key in tables of millions; a plan from old statistics would read these from end to end.
  for (const plan of PLANS) await client.query(`SET LOCAL ${plan} = off`);
  await markBursts(client);
  if ((await findCandidates(client)) > 0) {
    await findVerdicts(client);
    await correctEvents(client);
  }
  for (const plan of PLANS) await client.query(`SET LOCAL ${plan} TO DEFAULT`);
}
