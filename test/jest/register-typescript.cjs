// Lets a worker thread or another process run this repository's TypeScript without a build: `.ts` files are compiled when they are loaded,
// and `@adlift/<lib>` means that lib's source. Specs need it, because Jest's own transform does not reach there.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { userInfo, tmpdir } = require('node:os');
const { join } = require('node:path');
const { threadId } = require('node:worker_threads');

const LIBS = join(__dirname, '../../libs');
const OPTIONS = { swcrc: false, ...require('./swc.json') };
/** What was compiled before, by content: an integration spec starts three threads, of some two hundred files together. */
const CACHE = join(tmpdir(), `adlift-typescript-${userInfo().uid}`);
const VERSION = require('@swc/core/package.json').version + JSON.stringify(OPTIONS);

Module._extensions['.ts'] = (module, filename) => {
  module._compile(compiled(filename), filename);
};

function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const file = join(CACHE, createHash('sha256').update(`${VERSION}\0${filename}\0${source}`).digest('hex'));
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Loaded here, because whoever finds everything compiled needs no compiler.
    const { code } = require('@swc/core').transformSync(source, { ...OPTIONS, filename });
    mkdirSync(CACHE, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}.${threadId}`;
    writeFileSync(draft, code);
    renameSync(draft, file);
    return code;
  }
}

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  const lib = /^@adlift\/([a-z-]+)$/.exec(request);
  return resolveFilename(lib === null ? request : join(LIBS, lib[1], 'src/index.ts'), ...rest);
};
