import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import {
  bundleDigest,
  bundleFile,
  bundleFolder,
  MANIFEST_FILE,
  parseManifest,
  sha256Hex,
  type Manifest,
} from '@adlift/scoring';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';

const wantedModel = z
  .object({
    name: z.string(),
    version: z.string(),
    kind: z.enum(['ctr', 'cvr']),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    generation: z.int().default(0),
  })
  .transform((model) => ({ ...model, reference: `${model.name}@${model.version}` }));

const servingSet = z.object({
  models: z.array(wantedModel),
  defaults: z.object({ ctr: z.string().optional(), cvr: z.string().optional(), light: z.string().optional() }),
  unloaded: z.array(z.string()).default([]),
});

/** A model that is to be served; another `generation` than the loaded one asks to load it anew. */
export type WantedModel = z.infer<typeof wantedModel>;

/**
 * What this predictor should have loaded, the default models and the light one as "name@version", and digests that are
 * not to be kept for fallback answers either.
 */
export type ServingSet = z.infer<typeof servingSet>;

/** A bundle on disk; the scoring threads verify its files before they load it. */
export interface StoredBundle {
  readonly manifest: Manifest;
  readonly folder: string;
}

const TIMEOUT_MS = 30_000;

/** Pulls bundles by digest from the experiments app and keeps them on disk, so that a restart does not need it. */
@Injectable()
export class BundleSource {
  private readonly root: string;

  constructor(@Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment) {
    this.root = join(resolve(config.ADLIFT_HOME), 'bundles');
  }

  /** The serving set now, or the last one known while the experiments app is away. Throws when there is neither. */
  async servingSet(): Promise<ServingSet> {
    const remembered = join(this.root, 'serving-set.json');
    try {
      const text = await (await this.fetch('/v1/serving-set')).text();
      const set = servingSet.parse(JSON.parse(text));
      await mkdir(this.root, { recursive: true });
      await writeFile(`${remembered}.${process.pid}`, text);
      await rename(`${remembered}.${process.pid}`, remembered);
      return set;
    } catch (error) {
      const last = await readFile(remembered, 'utf8').catch(() => undefined);
      if (last === undefined) throw error;
      return servingSet.parse(JSON.parse(last));
    }
  }

  /**
   * Sees to it that every file of the bundle is on disk; throws naming what cannot be had. Those that are there have the
   * right length: a scoring thread hashes them before it loads them, and answering requests does not wait for that.
   */
  async bundle(digest: string): Promise<StoredBundle> {
    const folder = bundleFolder(this.root, digest);
    await mkdir(folder, { recursive: true });
    const manifest = await this.manifest(digest, join(folder, MANIFEST_FILE));
    for (const [path, { sha256, bytes }] of Object.entries(manifest.files)) {
      const file = bundleFile(folder, sha256);
      if ((await lengthOf(file)) !== bytes) await this.download(path, sha256, file);
    }
    return { manifest, folder };
  }

  /** Forgets the files of a bundle that are damaged; returns how many those were. */
  async dropDamaged({ manifest, folder }: StoredBundle): Promise<number> {
    let dropped = 0;
    for (const { sha256 } of Object.values(manifest.files)) {
      const file = bundleFile(folder, sha256);
      if ((await hashOf(file)) === sha256) continue;
      await rm(file, { force: true });
      dropped++;
    }
    return dropped;
  }

  /** A further file of a stored bundle, as the manifest lists it; undefined when there is none, or it is damaged. */
  async attachment(digest: string, listed: Manifest['files'][string] | undefined): Promise<Buffer | undefined> {
    if (listed === undefined) return undefined;
    const bytes = await readFile(bundleFile(bundleFolder(this.root, digest), listed.sha256)).catch(() => undefined);
    return bytes !== undefined && sha256Hex(bytes) === listed.sha256 ? bytes : undefined;
  }

  /** Forgets a bundle that is not served any more. */
  async drop(digest: string): Promise<void> {
    await rm(bundleFolder(this.root, digest), { recursive: true, force: true });
  }

  private async manifest(digest: string, file: string): Promise<Manifest> {
    const kept = await readFile(file, 'utf8').catch(() => '');
    const known = manifestOf(kept, digest);
    if (known !== undefined) return known;
    const text = await (await this.fetch(`/v1/bundles/${digest}/manifest`)).text();
    const manifest = manifestOf(text, digest);
    if (manifest === undefined) throw new Error(`the manifest that the experiments app sent for ${digest} is another`);
    await writeFile(file, text);
    return manifest;
  }

  /** Whole or not at all, also when the process is killed on the way; piece by piece, so that nothing waits for it. */
  private async download(path: string, sha256: string, file: string): Promise<void> {
    const answer = await this.fetch(`/v1/models/files/${sha256}`);
    const hash = createHash('sha256');
    const partial = `${file}.${process.pid}`;
    const hashed = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
      }
    };
    try {
      await pipeline(Readable.fromWeb(answer.body ?? new ReadableStream()), hashed, createWriteStream(partial));
      const got = hash.digest('hex');
      if (got !== sha256) throw new Error(`${path}: expected sha256 ${sha256}, got ${got}`);
      await rename(partial, file);
    } catch (error) {
      // A part would lie on the disk that the spool needs.
      await rm(partial, { force: true });
      throw error;
    }
  }

  private async fetch(path: string): Promise<Response> {
    const { EXPERIMENTS_URL: url, EXPERIMENTS_KEY: key } = this.config;
    const answer = await fetch(url + path, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return answer;
  }
}

async function lengthOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size;
}

async function hashOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function manifestOf(text: string, digest: string): Manifest | undefined {
  try {
    const manifest = parseManifest(JSON.parse(text));
    return bundleDigest(manifest) === digest ? manifest : undefined;
  } catch {
    return undefined;
  }
}
