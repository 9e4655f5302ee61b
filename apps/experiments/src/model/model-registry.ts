import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { BundleError, bundleDigest, parseManifest, type Manifest } from '@adlift/scoring';
import { BundleFiles } from './bundle-files';
import { ModelEntity } from './model.entity';

/** A version that exists. */
export interface RegisteredModel {
  readonly name: string;
  readonly version: string;
  readonly kind: 'ctr' | 'cvr';
  readonly digest: string;
}

/** What fits into "name@version", a path, and a payload of a flag. */
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** To clients of the Open Inference Protocol it is the router. */
const ROUTER = 'adlift';

/** The models that exist. A version never changes once it is registered. */
@Injectable()
export class ModelRegistry {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly files: BundleFiles,
  ) {}

  /**
   * Registers a bundle whose files are stored. The same manifest again is no error. Throws `invalid_argument` for a
   * malformed manifest, `failed_precondition` naming missing files, `already_exists` when the version has other bytes.
   */
  async register(body: unknown): Promise<RegisteredModel> {
    const manifest = checkedManifest(body);
    const { name, version, kind } = manifest;
    const digest = bundleDigest(manifest);
    const missing = await this.files.missing(Object.values(manifest.files).map(({ sha256 }) => sha256));
    if (missing.length > 0) {
      throw new DomainError(
        'failed_precondition',
        `upload these files first (PUT /v1/models/files/SHA256): ${missing.join(', ')}`,
        'files',
      );
    }
    await this.source
      .createQueryBuilder()
      .insert()
      .into(ModelEntity)
      .values({ name, version, kind, digest, manifest })
      .orIgnore()
      .execute();
    const stored = await this.get(name, version);
    if (stored.digest !== digest) {
      throw new DomainError(
        'already_exists',
        `${name}@${version} exists with digest ${stored.digest}, this one has ${digest}; choose another version`,
        'version',
      );
    }
    return { name, version, kind, digest };
  }

  async list(): Promise<RegisteredModel[]> {
    const models = await this.source.getRepository(ModelEntity).find({ order: { createdAt: 'ASC', name: 'ASC' } });
    return models.map(({ name, version, kind, digest }) => ({ name, version, kind, digest }));
  }

  /** Throws `not_found`. */
  async get(name: string, version: string): Promise<ModelEntity> {
    const model = await this.source.getRepository(ModelEntity).findOneBy({ name, version });
    if (model === null) throw new DomainError('not_found', `there is no model ${name}@${version}`, 'version');
    return model;
  }

  /** Throws `not_found`. */
  async manifest(digest: string): Promise<Manifest> {
    const model = await this.source.getRepository(ModelEntity).findOneBy({ digest });
    if (model === null) throw new DomainError('not_found', `there is no bundle ${digest}`, 'digest');
    return model.manifest;
  }

  /** Throws `failed_precondition` naming the first model of the variants that is not registered, or of the wrong kind. */
  async requireRegistered(variants: readonly { name: string; ctr: string; cvr?: string | undefined }[]): Promise<void> {
    const models = new Map((await this.list()).map((model) => [`${model.name}@${model.version}`, model.kind]));
    for (const variant of variants) {
      for (const kind of ['ctr', 'cvr'] as const) {
        const reference = variant[kind];
        if (reference === undefined || models.get(reference) === kind) continue;
        throw new DomainError(
          'failed_precondition',
          `variant "${variant.name}" wants the ${kind} model ${reference}, which is not registered`,
          'variants',
        );
      }
    }
  }
}

function checkedManifest(body: unknown): Manifest {
  const manifest = parsed(body);
  for (const field of ['name', 'version'] as const) {
    if (!IDENTIFIER.test(manifest[field]))
      throw new DomainError(
        'invalid_argument',
        'must be 1 to 64 letters, digits, ".", "_" or "-", the first a letter or digit',
        `manifest.${field}`,
      );
  }
  if (manifest.name === ROUTER)
    throw new DomainError('invalid_argument', `"${ROUTER}" is the name of the router`, 'manifest.name');
  return manifest;
}

function parsed(body: unknown): Manifest {
  try {
    return parseManifest(body);
  } catch (error) {
    if (error instanceof BundleError) throw new DomainError('invalid_argument', error.message, 'manifest');
    throw error;
  }
}
