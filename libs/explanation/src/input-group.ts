import type { Encoder } from '@adlift/features';

/** Column `column` of a foreign model's input number `tensor`. */
export interface TensorPlace {
  readonly tensor: number;
  readonly column: number;
}

/** The places of an encoded row that one feature or cross fills; they change together. */
export interface InputGroup {
  readonly name: string;
  readonly ids: readonly number[];
  readonly numeric: readonly number[];
  readonly tensors: readonly TensorPlace[];
}

/** One group for each feature in the schema's order, then one for each cross: a cross is its own, not its parts'. */
export function inputGroups({ schema, tensors }: Encoder): InputGroup[] {
  const groups: InputGroup[] = [];
  let idAt = 0;
  let numericAt = 0;
  for (const feature of schema.features) {
    const { name } = feature;
    switch (feature.type) {
      case 'categorical':
      case 'buckets':
        groups.push({ name, ids: [idAt++], numeric: [], tensors: [] });
        break;
      case 'numeric':
        groups.push({
          name,
          ids: [],
          numeric: feature.missingIndicator ? [numericAt, numericAt + 1] : [numericAt],
          tensors: [],
        });
        numericAt += feature.missingIndicator ? 2 : 1;
        break;
      case 'direct': {
        const places = (tensors?.inputs ?? []).flatMap(({ features }, tensor) =>
          features.flatMap((own, column) => (own === name ? [{ tensor, column }] : [])),
        );
        groups.push({ name, ids: [], numeric: [], tensors: places });
      }
    }
  }
  for (const { name } of schema.crosses) groups.push({ name, ids: [idAt++], numeric: [], tensors: [] });
  return groups;
}
