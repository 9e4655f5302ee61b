import { Command } from 'commander';
import type { Connect } from '../connection';
import { print, withAdmin } from '../registry/with-admin';

const JSON_OPTION = ['--json', 'print one JSON document on standard output', false] as const;

/** `adlift keys list | create NAME GRANT... | revoke ID`. */
export function keysCommand(connect: Connect): Command {
  const command = new Command('keys').description('keys of the APIs that are made while the system runs');
  command
    .command('list')
    .description('all of them, revoked ones too')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json: boolean }) => {
      const keys = await withAdmin(connect, (admin) => admin.keys());
      const lines = keys.map(({ id, name, grants, expiresAt, revokedAt }) => {
        const end = revokedAt === null ? `until ${expiresAt ?? 'it is revoked'}` : `revoked ${revokedAt}`;
        return [id, name, grants.join(','), end].join('\t');
      });
      print(json, keys, lines.join('\n') || 'no keys yet');
    });
  command
    .command('create <name> <grants...>')
    .description('a new key, which is printed this once')
    .option('--expires <time>', 'until when it is valid, such as 2027-01-31T12:00:00Z')
    .action(async (name: string, grants: string[], { expires }: { expires?: string }) => {
      const until = expires === undefined ? {} : { expiresAt: expires };
      const { key, id } = await withAdmin(connect, (admin) => admin.makeKey({ name, grants, ...until }));
      process.stderr.write(`key ${id} of ${name}; it is not shown again:\n`);
      process.stdout.write(`${key}\n`);
    });
  command
    .command('revoke <id>')
    .description('refuse the key from now on')
    .action(async (id: string) => {
      const { name } = await withAdmin(connect, (admin) => admin.revokeKey(id));
      process.stderr.write(`the key ${id} of ${name} is revoked\n`);
    });
  return command;
}

/** `adlift audit`: who changed what, the newest first. */
export function auditCommand(connect: Connect): Command {
  return new Command('audit')
    .description('who changed what, the newest first')
    .option('--actor <name>', 'of this caller only')
    .option('--subject <subject>', 'of this only, such as experiment:demo-1')
    .option('--action <action>', 'this kind only, such as experiment.start')
    .option('--limit <rows>', 'at most so many, up to 1000', '50')
    .option(...JSON_OPTION)
    .action(async ({ json, ...filter }: { json: boolean; limit: string }) => {
      const { entries } = await withAdmin(connect, (admin) => admin.audit(filter));
      const lines = entries.map(({ at, actor, action, subject }) => [at, actor, action, subject].join('\t'));
      print(json, entries, lines.join('\n') || 'nothing was changed');
    });
}
