import { adliftProgram } from '../../../apps/cli/src/program';
import type { TestApps } from './test-apps';

/** What `adlift ARGS` writes to standard output, on the apps of a test. */
export async function printed(apps: TestApps, ...args: string[]): Promise<string> {
  const written: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
  try {
    await adliftProgram(() => Promise.resolve(connection), '.').parseAsync(['node', 'adlift', ...args]);
    return written.join('');
  } finally {
    write.mockRestore();
  }
}
