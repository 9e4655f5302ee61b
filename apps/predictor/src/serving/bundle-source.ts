import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { bundleDigest, MANIFEST_FILE, parseManifest, sha256Hex, verifyBundle, type Manifest } from '@adlift/scoring';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';

const servingSet = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      kind: z.enum(['ctr', 'cvr']),
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    }),
  ),
  defaults: z.object({ ctr: z.string().optional(), cvr: z.string().optional() }),
});

/** What this predictor should have loaded, and the default models as "name@version". */
export type ServingSet = z.infer<typeof servingSet>;

/** A bundle whose every byte matches the digest it was asked by. */
export interface VerifiedBundle {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const TIMEOUT_MS = 30_000;

/** Pulls bundles by digest from the experiments app and keeps them on disk, so that a restart does not need it. */
@Injectable()
export class BundleSource {
  private readonly folder: string;

  constructor(@Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment) {
    this.folder = join(resolve(config.ADLIFT_HOME), 'bundles');
  }

  /** The serving set now, or the last one known while the experiments app is away. Throws when there is neither. */
  async servingSet(): Promise<ServingSet> {
    const remembered = join(this.folder, 'serving-set.json');
    try {
      const bytes = await this.fetch('/v1/serving-set');
      const set = servingSet.parse(JSON.parse(bytes.toString()));
      await this.write(remembered, bytes);
      return set;
    } catch (error) {
      const last = await readFile(remembered, 'utf8').catch(() => undefined);
      if (last === undefined) throw error;
      return servingSet.parse(JSON.parse(last));
    }
  }

  /** Throws BundleError naming the first byte range that differs from what the digest promises. */
  async bundle(digest: string): Promise<VerifiedBundle> {
    const folder = join(this.folder, digest.replace('sha256:', ''));
    const manifestBytes = await this.cached(join(folder, MANIFEST_FILE), `/v1/bundles/${digest}/manifest`, (bytes) =>
      hasDigest(bytes, digest),
    );
    const manifest = parseManifest(JSON.parse(manifestBytes.toString()));
    const files = new Map<string, Uint8Array>();
    for (const [path, { sha256 }] of Object.entries(manifest.files)) {
      // By content, not by the path that the manifest gives: a path could point anywhere.
      const bytes = await this.cached(
        join(folder, sha256),
        `/v1/models/files/${sha256}`,
        (content) => sha256Hex(content) === sha256,
      );
      files.set(path, bytes);
    }
    verifyBundle(files, manifest, digest);
    files.set(MANIFEST_FILE, manifestBytes);
    return { manifest, files };
  }

  /** Only what is right is kept, and what was damaged on disk is fetched again. */
  private async cached(file: string, path: string, isRight: (bytes: Buffer) => boolean): Promise<Buffer> {
    const kept = await readFile(file).catch(() => undefined);
    if (kept !== undefined && isRight(kept)) return kept;
    const bytes = await this.fetch(path);
    if (isRight(bytes)) await this.write(file, bytes);
    return bytes;
  }

  /** Whole or not at all, also when the process is killed on the way. */
  private async write(file: string, bytes: Buffer): Promise<void> {
    await mkdir(join(file, '..'), { recursive: true });
    const partial = `${file}.${process.pid}`;
    await writeFile(partial, bytes);
    await rename(partial, file);
  }

  private async fetch(path: string): Promise<Buffer> {
    const answer = await fetch(this.config.EXPERIMENTS_URL + path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return Buffer.from(await answer.arrayBuffer());
  }
}

function hasDigest(manifest: Buffer, digest: string): boolean {
  try {
    return bundleDigest(parseManifest(JSON.parse(manifest.toString()))) === digest;
  } catch {
    return false;
  }
}
