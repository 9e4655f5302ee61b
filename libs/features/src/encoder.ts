import { type Column, type Columns, type ColumnLayout, RequestColumns } from '@adlift/wire';
import { BucketEncoder } from './bucket-encoder';
import { CategoricalEncoder } from './categorical-encoder';
import { HashCoder, VocabularyCoder } from './category-coder';
import { checkSchema, slotCount } from './check-schema';
import { checkTensors } from './check-tensors';
import { CrossEncoder } from './cross-encoder';
import type { DirectFeature, TensorInput } from './direct-feature';
import type { Feature, FeatureSchema, NumericFeature } from './feature-schema';
import { HashColumn, type IdColumn } from './id-writer';
import { NumericEncoder } from './numeric-encoder';
import { TensorEncoder } from './tensor-encoder';

/** Place of one id column: global ids [offset, offset + size) belong to the feature or cross `name`. */
export interface IdRange {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * Turns raw columns into the model's inputs, at training and at serving alike. An encoded row is `ids` (C global ids
 * in [0, tableSize): features in schema order, then crosses) and `numeric` (M standardised values, each followed by
 * its missing indicator when declared). An encoder keeps scratch buffers, so one instance serves one thread.
 */
export class Encoder {
  readonly idRanges: readonly IdRange[];
  /** Name of each numeric column; indicators end in `:missing`. */
  readonly numericColumns: readonly string[];
  /** C, ids a row. */
  readonly idCount: number;
  /** M, numeric values a row. */
  readonly numericCount: number;
  /** Number of global ids. */
  readonly tableSize: number;
  /** For a model with inputs of its own: writes the direct features into them. */
  readonly tensors: TensorEncoder | undefined;
  private readonly idEncoders: readonly (readonly [string, CategoricalEncoder | BucketEncoder])[];
  private readonly numericEncoders: readonly (readonly [string, NumericEncoder])[];
  private readonly crossEncoders: readonly CrossEncoder[];
  private readonly featureNames: ReadonlySet<string>;
  /** Names of the id and then of the numeric features, and where the columns of the last layout had them. */
  private readonly encodedNames: readonly string[];
  private readonly places: Int32Array;
  private layout: ColumnLayout | undefined;
  private knowsLayout = false;

  constructor(
    readonly schema: FeatureSchema,
    tensors: readonly TensorInput[],
  ) {
    checkSchema(schema);
    checkTensors(schema, tensors);
    const crossed = new Map<string, HashColumn>();
    for (const part of schema.crosses.flatMap((cross) => cross.of)) crossed.set(part, new HashColumn());

    const ranges: IdRange[] = [];
    const idEncoders: (readonly [string, CategoricalEncoder | BucketEncoder])[] = [];
    const numericEncoders: (readonly [string, NumericEncoder])[] = [];
    const numericColumns: string[] = [];
    let offset = 0;
    for (const feature of schema.features) {
      if (feature.type === 'direct') continue;
      if (feature.type === 'numeric') {
        numericEncoders.push([feature.name, new NumericEncoder(feature, numericColumns.length)]);
        numericColumns.push(feature.name);
        if (feature.missingIndicator) numericColumns.push(`${feature.name}:missing`);
        continue;
      }
      const place = { at: ranges.length, offset, hashes: crossed.get(feature.name) };
      idEncoders.push([feature.name, idEncoder(feature, place)]);
      ranges.push({ name: feature.name, offset, size: slotCount(feature) });
      offset += slotCount(feature);
    }
    this.crossEncoders = schema.crosses.map((cross) => {
      const place = { at: ranges.length, offset };
      ranges.push({ name: cross.name, offset, size: cross.size + 1 });
      offset += cross.size + 1;
      const parts = cross.of.map((part) => crossed.get(part)).filter((part) => part !== undefined);
      return new CrossEncoder(cross, parts, place);
    });
    this.idRanges = ranges;
    this.numericColumns = numericColumns;
    this.idCount = ranges.length;
    this.numericCount = numericColumns.length;
    this.tableSize = offset;
    this.idEncoders = idEncoders;
    this.numericEncoders = numericEncoders;
    this.tensors = tensors.length > 0 ? new TensorEncoder(schema, tensors) : undefined;
    this.featureNames = new Set(schema.features.map((feature) => feature.name));
    this.encodedNames = [...idEncoders, ...numericEncoders].map(([name]) => name);
    this.places = new Int32Array(this.encodedNames.length);
  }

  /**
   * Writes `n` rows at offset 0 of the caller's row-major buffers: `ids` [n, C], `numeric` [n, M] and one byte of
   * RowFlag bits per row. Never throws on data: what is missing, unknown or of the wrong kind is encoded as such and
   * flagged. The buffers must hold n * C, n * M and n entries.
   */
  encode(columns: Columns, n: number, ids: Int32Array, numeric: Float32Array, rowFlags: Uint8Array): void {
    rowFlags.fill(0, 0, n);
    if (columns instanceof RequestColumns) this.learn(columns.layout);
    const { idEncoders, numericEncoders, crossEncoders } = this;
    const idTarget = { ids, stride: this.idCount, flags: rowFlags };
    for (let e = 0; e < idEncoders.length; e++) idEncoders[e][1].encode(this.column(columns, e), n, idTarget);
    for (const encoder of crossEncoders) encoder.encode(n, idTarget);
    const numericTarget = { numeric, stride: this.numericCount, flags: rowFlags };
    for (let e = 0; e < numericEncoders.length; e++) {
      numericEncoders[e][1].encode(this.column(columns, idEncoders.length + e), n, numericTarget);
    }
  }

  /** Whether a feature reads every one of the columns. */
  knowsAll(columns: Columns): boolean {
    if (columns instanceof RequestColumns && columns.layout === this.layout && this.knowsLayout) return true;
    for (const name of columns.keys()) if (!this.featureNames.has(name)) return false;
    return true;
  }

  private column(columns: Columns, e: number): Column | undefined {
    if (!(columns instanceof RequestColumns)) return columns.get(this.encodedNames[e]);
    const place = this.places[e];
    return place < 0 ? undefined : columns.list[place];
  }

  /** Looks the features up once for all requests of one layout. */
  private learn(layout: ColumnLayout): void {
    if (layout === this.layout) return;
    this.layout = layout;
    this.encodedNames.forEach((name, e) => (this.places[e] = layout.placeOf(name)));
    this.knowsLayout = layout.names.every((name) => this.featureNames.has(name));
  }

  /** Names of the columns that no feature reads, in the order given. */
  unknownColumns(columns: Columns): string[] {
    return [...columns.keys()].filter((name) => !this.featureNames.has(name));
  }
}

function idEncoder(
  feature: Exclude<Feature, NumericFeature | DirectFeature>,
  place: IdColumn,
): CategoricalEncoder | BucketEncoder {
  if (feature.type === 'buckets') return new BucketEncoder(feature, place);
  const coder =
    feature.encoder === 'hash' ? new HashCoder(feature) : new VocabularyCoder(feature, place.hashes !== undefined);
  return new CategoricalEncoder(coder, place);
}

/**
 * Checks the schema and does everything that can be done once; throws FeatureSchemaError on a bad schema. `tensors` are
 * a foreign model's own inputs, which take the direct features.
 */
export function compileEncoder(schema: FeatureSchema, tensors: readonly TensorInput[] = []): Encoder {
  return new Encoder(schema, tensors);
}
