import { Command } from 'commander';
import type { RejectedEvent, RejectedEventFilter } from '@adlift/client';
import type { Connect } from '../connection';
import { textTable } from '../registry/text-table';
import { print, withAdmin } from '../registry/with-admin';

/** `adlift events rejected`. */
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
