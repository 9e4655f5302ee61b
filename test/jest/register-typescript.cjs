// Lets a worker thread or another process run this repository's TypeScript without a build: `.ts` files are compiled when they are loaded,
// and `@adlift/<lib>` means that lib's source. Specs need it, because Jest's own transform does not reach there.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const LIBS = join(__dirname, '../../libs');
const OPTIONS = { swcrc: false, ...require('./swc.json') };

Module._extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...OPTIONS, filename }).code, filename);
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  const lib = /^@adlift\/([a-z-]+)$/.exec(request);
  return resolveFilename(lib === null ? request : join(LIBS, lib[1], 'src/index.ts'), ...rest);
};
