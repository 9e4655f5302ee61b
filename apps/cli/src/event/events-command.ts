import { Command } from 'commander';
import type { RejectedEvent, RejectedEventFilter } from '@adlift/client';
import type { Connect } from '../connection';
import { textTable } from '../registry/text-table';
import { print, withAdmin } from '../registry/with-admin';
import { replayEvents } from './replay-events';

/** `adlift events`. */
export function eventsCommand(connect: Connect): Command {
  const command = new Command('events').description('look at reported events');
  command
    .command('rejected')
    .description('events that did not count, and why, the newest first')
    .option('--status <status>', 'duplicate, conflict or rejected')
    .option('--reason <reason>', 'such as token_expired')
    .option('--kind <kind>', 'exposure, impression, click, conversion, hide, invalidate or unknown')
    .option('--from <time>', 'that arrived from this time on, such as 2026-01-31T12:00:00Z')
    .option('--to <time>', 'that arrived before this time')
    .option('--limit <number>', 'at most this many, 1 to 1000', '100')
    .option('--cursor <cursor>', 'the page after this cursor')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json, ...filter }: { json: boolean } & RejectedEventFilter) => {
      const page = await withAdmin(connect, (admin) => admin.rejectedEvents(filter));
      const more = page.nextCursor === null ? '' : `\nmore with --cursor ${page.nextCursor}`;
      print(json, page, page.events.length === 0 ? 'no such events' : eventTable(page.events) + more);
    });
  command
    .command('replay')
    .description('send rejected events again as they came, once what they were rejected for is mended')
    .requiredOption('--reason <reason>', 'such as token_unknown_key')
    .option('--kind <kind>', 'only of this kind')
    .option('--from <time>', 'that arrived from this time on, such as 2026-01-31T12:00:00Z')
    .option('--to <time>', 'that arrived before this time')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json, ...filter }: { json: boolean } & RejectedEventFilter) => {
      const connection = await connect();
      try {
        const said = (sent: number): unknown => !json && process.stderr.write(`${sent} sent again\n`);
        const replayed = await replayEvents(connection.admin, connection.importer, filter, said);
        const refused = Object.entries(replayed.refused).map(([reason, count]) => `, ${count} refused: ${reason}`);
        print(json, replayed, `${replayed.taken} of ${replayed.sent} taken${refused.join('')}`);
      } finally {
        await connection.close();
      }
    });
  return command;
}

function eventTable(events: readonly RejectedEvent[]): string {
  const rows = events.map(({ receivedAt, status, reason, kind, predictionId, index }) => [
    receivedAt,
    kind,
    status,
    reason,
    predictionId === null ? '-' : `${predictionId} ${index}`,
  ]);
  return textTable(['arrived', 'kind', 'status', 'reason', 'prediction and candidate'], rows);
}
