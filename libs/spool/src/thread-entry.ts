import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file the spool's thread runs, and the Node options it needs. */
export interface ThreadEntry {
  readonly filename: string;
  readonly execArgv: string[];
}

/**
 * The compiled thread beside this file; when the process runs from TypeScript sources (specs), the source itself with
 * the hook that compiles it. Either way the parent's Node options are not inherited: the thread needs no instrumentation.
 */
export function threadEntry(): ThreadEntry {
  const compiled = join(__dirname, 'spool-thread.js');
  if (existsSync(compiled)) return { filename: compiled, execArgv: [] };
  return {
    filename: join(__dirname, 'spool-thread.ts'),
    execArgv: ['--require', join(__dirname, '../../../test/jest/register-typescript.cjs')],
  };
}
