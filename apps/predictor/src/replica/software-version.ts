import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Version of this software by its package.json, wherever it was built to; "unknown" without one. */
export function softwareVersion(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
      if (name === 'adlift' && version !== undefined) return version;
    } catch {
      // None here, or another's: the next folder up may have it.
    }
  }
  return 'unknown';
}

interface Package {
  readonly name?: string;
  readonly version?: string;
}
