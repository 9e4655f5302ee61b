import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import type { AdRecord } from './ad-record';
import { AdStore } from './ad-store';

const LINES_A_WRITE = 200;

/** Which catalogue a copy is of, and at which version. */
export interface CatalogueIdentity {
  readonly id: string;
  readonly version: number;
}

/**
 * The last known catalogue on disk, for a start without the database: JSON lines, namely the catalogue's identity, its
 * ads, and the sha256 of all lines before the last.
 */
@Injectable()
export class CatalogueSnapshot {
  private readonly folder: string;

  constructor(@Inject(PREDICTOR_CONFIG) { ADLIFT_HOME }: PredictorEnvironment) {
    this.folder = join(resolve(ADLIFT_HOME), 'catalogue');
  }

  /** Whole or not at all, also when the process is killed on the way. The store must not change meanwhile. */
  async save(identity: CatalogueIdentity, store: AdStore): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const partial = `${this.file}.${process.pid}`;
    const handle = await open(partial, 'w');
    try {
      const hash = createHash('sha256');
      for (const lines of chunks(identity, store)) {
        hash.update(lines);
        await handle.appendFile(lines);
      }
      await handle.appendFile(`${JSON.stringify({ sha256: hash.digest('hex') })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, this.file);
  }

  /** undefined when there is none. Throws when it is damaged. */
  async load(): Promise<{ identity: CatalogueIdentity; store: AdStore } | undefined> {
    const hash = createHash('sha256');
    const store = new AdStore();
    let identity: CatalogueIdentity | undefined;
    let seal: string | undefined;
    try {
      for await (const line of linesOf(this.file)) {
        const value = JSON.parse(line) as CatalogueIdentity | AdRecord | { sha256: string };
        if ('sha256' in value) {
          seal = value.sha256;
          break;
        }
        hash.update(`${line}\n`);
        if ('adId' in value) store.stage(value);
        else identity = value;
        if (store.pending >= LINES_A_WRITE) store.commit();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    store.commit();
    if (identity === undefined || seal !== hash.digest('hex')) throw new Error(`${this.file} is damaged`);
    return { identity, store };
  }

  private get file(): string {
    return join(this.folder, 'snapshot.jsonl');
  }
}

function* chunks(identity: CatalogueIdentity, store: AdStore): Generator<string> {
  let lines = `${JSON.stringify(identity)}\n`;
  let count = 0;
  for (const record of store.records()) {
    lines += `${JSON.stringify(record)}\n`;
    if (++count % LINES_A_WRITE !== 0) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}

/** Ends lines at line feeds only: node:readline would also end them at U+2028, which a JSON text may hold. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
