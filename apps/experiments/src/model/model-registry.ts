import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { BundleError, bundleDigest, parseManifest, type Manifest } from '@adlift/scoring';
import { BundleFiles } from './bundle-files';
import { ModelLabelEntity } from './model-label.entity';
import { ModelEntity } from './model.entity';

/** A model that predictors must hold. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly kind: 'ctr' | 'cvr';
  readonly digest: string;
}

/** What every predictor should have loaded now. */
export interface ServingSet {
  readonly models: readonly ServedModel[];
  /** Champions, for requests in no experiment: "name@version". */
  readonly defaults: { readonly ctr?: string; readonly cvr?: string };
}

/** The models that exist, and which of them are to be served. A version never changes once it is registered. */
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
  async register(body: unknown): Promise<ServedModel> {
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

  async list(): Promise<ServedModel[]> {
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

  /** Gives the model a label, taking it from the model of the same kind that had it. Throws `not_found`. */
  async label(name: string, version: string, label: string): Promise<void> {
    const { kind } = await this.get(name, version);
    await this.source.getRepository(ModelLabelEntity).upsert({ label, kind, name, version }, ['label', 'kind']);
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

  /** Models of running experiments and the champions. */
  async servingSet(): Promise<ServingSet> {
    const models: ServedModel[] = await this.source.query(`
      WITH wanted AS (
        SELECT v ->> 'ctr' AS reference FROM experiment, jsonb_array_elements(design -> 'variants') v
        WHERE state IN ('draft', 'running') AND source = 'flag'
        UNION SELECT v ->> 'cvr' FROM experiment, jsonb_array_elements(design -> 'variants') v
        WHERE state IN ('draft', 'running') AND source = 'flag'
        UNION SELECT s ->> 'ctr' FROM experiment, jsonb_array_elements(design -> 'shadow') s
        WHERE state IN ('draft', 'running') AND source = 'flag'
        UNION SELECT name || '@' || version FROM model_label WHERE label = 'champion'
      )
      SELECT name, version, kind, digest FROM model WHERE name || '@' || version IN (SELECT reference FROM wanted)
      ORDER BY name, version`);
    const champions = await this.source.getRepository(ModelLabelEntity).findBy({ label: 'champion' });
    const defaults = Object.fromEntries(champions.map(({ kind, name, version }) => [kind, `${name}@${version}`]));
    return { models, defaults };
  }
}

function checkedManifest(body: unknown): Manifest {
  try {
    return parseManifest(body);
  } catch (error) {
    if (error instanceof BundleError) throw new DomainError('invalid_argument', error.message, 'manifest');
    throw error;
  }
}
