import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocument } from '../../apps/experiments/src/openapi/api-document';

const FILE = join(__dirname, '..', '..', 'docs', 'openapi.json');

/** Writes the document of the admin API; with --check it writes nothing and fails when the committed file differs. */
function main(args: readonly string[]): void {
  const text = `${JSON.stringify(apiDocument(), null, 2)}\n`;
  if (!args.includes('--check')) {
    writeFileSync(FILE, text);
    return;
  }
  if (readFileSync(FILE, 'utf8') === text) return;
  console.error('docs/openapi.json is not what the code describes: npm run generate');
  process.exitCode = 1;
}

main(process.argv.slice(2));
