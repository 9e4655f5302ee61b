import { Command } from 'commander';
import type { ErasedUnit } from '@adlift/client';
import type { Connect } from '../connection';
import { print, withAdmin } from '../registry/with-admin';

/** `adlift units`. */
export function unitsCommand(connect: Connect): Command {
  const command = new Command('units').description('look after the units that ads are shown to');
  command
    .command('erase')
    .description('erase all that is stored of a unit; what it had counted stays in the sums, without its name')
    .argument('<unit>', 'the unit, as ad servers name it')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (unit: string, { json }: { json: boolean }) => {
      const erased = await withAdmin(connect, (admin) => admin.eraseUnit(unit));
      print(json, erased, erasedText(erased));
    });
  return command;
}

function erasedText({ rows, sealedDays }: ErasedUnit): string {
  const counts = Object.entries(rows).map(([table, count]) => `${count} of ${table}`);
  if (counts.length === 0) return 'nothing is stored of this unit';
  const days = sealedDays.length === 0 ? '' : `; no longer recounted: ${sealedDays.join(', ')}`;
  return `erased ${counts.join(', ')}${days}`;
}
