import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { ModelLabelEntity } from './model-label.entity';
import { ModelRegistry } from './model-registry';
import { LABEL } from './serving-policy';

/** Movable names of versions; each belongs to one version of a kind at a time. */
@Injectable()
export class ModelLabels {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly registry: ModelRegistry,
  ) {}

  /** Takes the label from the version of the same kind that had it. Throws `not_found` and `invalid_argument`. */
  async put(name: string, version: string, label: string): Promise<void> {
    if (!LABEL.test(label))
      throw new DomainError('invalid_argument', 'must be lower-case letters, digits and -', 'label');
    const { kind } = await this.registry.get(name, version);
    if (label === 'light' && kind !== 'ctr')
      throw new DomainError('invalid_argument', `light is a click model, and ${name}@${version} is not`, 'label');
    await this.source.getRepository(ModelLabelEntity).upsert({ label, kind, name, version }, ['label', 'kind']);
  }

  /** Throws `not_found` when the version does not have the label, `failed_precondition` for the click champion. */
  async remove(name: string, version: string, label: string): Promise<void> {
    const { kind } = await this.registry.get(name, version);
    if (label === 'champion' && kind === 'ctr') {
      throw new DomainError(
        'failed_precondition',
        'requests in no experiment would have no model; label another version champion instead',
        'label',
      );
    }
    const { affected } = await this.source.getRepository(ModelLabelEntity).delete({ label, kind, name, version });
    if (affected === 0)
      throw new DomainError('not_found', `${name}@${version} does not have the label ${label}`, 'label');
  }
}
