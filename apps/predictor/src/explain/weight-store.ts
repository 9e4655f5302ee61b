import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { weightsFit } from '@adlift/explanation';
import { weightsFromJson, type Weights } from '@adlift/training';
import { BundleSource } from '../serving/bundle-source';
import type { ServedModel } from '../serving/model-repository';

/** Where the project's own trainers keep the weights of a bundle's model. */
const WEIGHT_FILE = 'weights.json';
/** Reading a file keeps the event loop busy for about 1 ms a megabyte. */
const MAX_BYTES = 16 * 1024 * 1024;
const KEPT_MODELS = 4;

/** The weights of models that came with a weight file, for those models that were explained last. */
@Injectable()
export class WeightStore {
  private readonly logger = new Logger('explain');
  private readonly kept = new LRUCache<string, { readonly weights: Weights | undefined }>({ max: KEPT_MODELS });

  constructor(private readonly bundles: BundleSource) {}

  /** The weights that the bundle states; undefined when it has no usable weight file. */
  async of(model: ServedModel): Promise<Weights | undefined> {
    const known = this.kept.get(model.digest);
    if (known !== undefined) return known.weights;
    const weights = await this.read(model);
    this.kept.set(model.digest, { weights });
    return weights;
  }

  /** From now on the model has no usable weight file: what it states is not what the model does. */
  distrust({ reference, digest }: ServedModel): void {
    this.kept.set(digest, { weights: undefined });
    this.logger.warn(`${reference}: ${WEIGHT_FILE} gives other scores than the model; explained without it`);
  }

  private async read({ reference, digest, manifest, encoder }: ServedModel): Promise<Weights | undefined> {
    const listed = Object.hasOwn(manifest.files, WEIGHT_FILE) ? manifest.files[WEIGHT_FILE] : undefined;
    if (listed === undefined || listed.bytes > MAX_BYTES) return undefined;
    const bytes = await this.bundles.attachment(digest, listed);
    if (bytes === undefined) return undefined;
    try {
      const weights = weightsFromJson(bytes.toString('utf8'));
      return weightsFit(weights, encoder) ? weights : undefined;
    } catch (error) {
      this.logger.warn(`${reference}: ${WEIGHT_FILE}: ${(error as Error).message}; explained without it`);
      return undefined;
    }
  }
}
