import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file a worker thread runs, and the Node options it needs. */
export interface ThreadEntry {
  readonly filename: string;
  readonly execArgv: string[];
}

/**
 * The compiled thread `folder/name.js`; when the process runs from TypeScript sources (specs), the source itself with
 * the hook that compiles it. Either way the parent's Node options are not inherited: a thread needs no instrumentation.
 */
export function threadEntry(folder: string, name: string): ThreadEntry {
  const compiled = join(folder, `${name}.js`);
  if (existsSync(compiled)) return { filename: compiled, execArgv: [] };
  return {
    filename: join(folder, `${name}.ts`),
    execArgv: ['--require', join(__dirname, '../../../test/jest/register-typescript.cjs')],
  };
}
