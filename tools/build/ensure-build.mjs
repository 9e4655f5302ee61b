#!/usr/bin/env node
// Builds dist/ when a source differs from what was last built. All output goes to stderr.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stamp = join(root, 'dist', '.adlift-built');

function fingerprint() {
  const hash = createHash('sha256');
  const add = (file) => hash.update(file).update(readFileSync(join(root, file)));
  for (const file of ['package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json']) add(file);
  for (const folder of ['apps', 'libs', 'tools', 'bench']) {
    const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith('.spec.ts'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
      .sort();
    for (const file of files) add(file);
  }
  return hash.digest('hex');
}

const want = fingerprint();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== want) {
  console.error('Building ...');
  const started = Date.now();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  // The Node that the lock file brings, where there is one for this platform.
  const bundled = join(root, 'node_modules', '.bin', 'node');
  const done = spawnSync(existsSync(bundled) ? bundled : process.execPath, [nest, 'build', '--all'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (done.status !== 0) {
    console.error(done.stdout + done.stderr + '\nThe build failed, see above.');
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, want);
  console.error(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
