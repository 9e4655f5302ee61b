import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/plain; charset=utf-8',
};

/** The page's files and the documents beside the code, read once: what is not among them cannot be asked for. */
@Injectable()
export class PageFiles {
  private readonly page = readFolder('apps/experiments/page');
  private readonly docs = readFolder('docs');

  constructor() {
    if (this.page.size === 0)
      new Logger('page').warn('the folder apps/experiments/page is not installed: no page at /');
  }

  /** A file of the page by its name. */
  pageFile(name: string): PageFile | undefined {
    return this.page.get(name);
  }

  /** A document by its name. */
  document(name: string): PageFile | undefined {
    return this.docs.get(name);
  }

  get documents(): readonly string[] {
    return [...this.docs.keys()];
  }
}

/** The files of a folder of the installation, found above the sources as well as above the build. */
function readFolder(path: string): ReadonlyMap<string, PageFile> {
  for (let above = __dirname; above !== dirname(above); above = dirname(above)) {
    const folder = join(above, path);
    if (!existsSync(folder)) continue;
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(files.flatMap(({ name }) => fileOf(folder, name)));
  }
  return new Map();
}

function fileOf(folder: string, name: string): [string, PageFile][] {
  const type = TYPES[extname(name)];
  return type === undefined ? [] : [[name, { type, content: readFileSync(join(folder, name)) }]];
}
