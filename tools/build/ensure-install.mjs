#!/usr/bin/env node
// Runs before every command: installs what package-lock.json names when the installed tree does not match it.
// Plain Node >= 20 without dependencies, because on a fresh clone nothing else is there. All output goes to stderr.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Whether every package of the lock file is installed in its version; npm keeps the installed tree in a hidden file. */
function installed() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(
      // What is optional (another platform's binary) may be absent, but not there in another version.
      ([path, { version, optional, link }]) =>
        path === '' || link || (present[path]?.version ?? (optional ? version : undefined)) === version,
    );
  } catch {
    return false;
  }
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`Adlift needs Node 20 or newer to install itself; this is ${process.version}.`);
  process.exit(1);
}
if (!installed()) {
  console.error('Installing dependencies (npm ci); the first time this takes one to three minutes ...');
  const started = Date.now();
  const alive = process.stderr.isTTY ? '--progress=true' : '--progress=false';
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-fund', '--no-audit', '--loglevel=error', alive];
  // npm's own output goes to our stderr: standard output belongs to the command that runs next.
  const done =
    npm && /\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
      : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0) {
    console.error(
      'npm ci failed, see above. Check the network and the free disk space (1.5 GB), then run the command again.',
    );
    process.exit(done.status ?? 1);
  }
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
