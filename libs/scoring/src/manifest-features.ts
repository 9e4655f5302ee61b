import { z } from 'zod';

const name = z.string().min(1);
const count = z.int().nonnegative();

const direct = <As extends string, Shape extends z.core.$ZodLooseShape>(as: As, shape: Shape) =>
  z.strictObject({ name, type: z.literal('direct'), as: z.literal(as), ...shape });

const directSchema = z.discriminatedUnion('as', [
  direct('number', {
    clip: z.tuple([z.number(), z.number()]).optional(),
    impute: z.union([z.number(), z.literal('nan')], { error: 'expected a number or "nan"' }),
  }),
  direct('integer', { range: z.tuple([z.int(), z.int()]), missing: z.int() }),
  direct('vocabulary', { values: z.array(z.string()), unknown: z.int(), missing: z.int() }),
  direct('hash', { size: z.int().positive(), missing: z.int() }),
  direct('text', { missing: z.string() }),
]);

const categoricalSchema = z.discriminatedUnion('encoder', [
  z.strictObject({
    name,
    type: z.literal('categorical'),
    encoder: z.literal('vocabulary'),
    values: z.array(z.string()),
  }),
  z.strictObject({ name, type: z.literal('categorical'), encoder: z.literal('hash'), size: z.int().positive() }),
]);

const featureSchema = z.discriminatedUnion('type', [
  categoricalSchema,
  z.strictObject({ name, type: z.literal('buckets'), edges: z.array(z.number()) }),
  z.strictObject({
    name,
    type: z.literal('numeric'),
    clip: z.tuple([z.number(), z.number()]).optional(),
    transform: z.enum(['identity', 'log1p', 'signed_log1p']),
    mean: z.number(),
    scale: z.number(),
    impute: z.number(),
    missingIndicator: z.boolean(),
  }),
  directSchema,
]);

/** Fields of a feature schema's JSON form. */
export const featureFields = {
  features: z.array(featureSchema),
  crosses: z.array(z.strictObject({ name, of: z.array(name), size: z.int().positive() })),
} as const;

/** JSON form of a FeatureSchema. */
export const featureSchemaSchema = z.strictObject(featureFields);

/** JSON form of the drift reference: the base rate of the label and the frozen bins of each feature. */
export const baselineSchema = z.strictObject({
  baseRate: z.number().min(0).max(1),
  features: z.array(
    z.strictObject({
      feature: name,
      n: count,
      bins: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('numeric'), edges: z.array(z.number()) }),
        z.strictObject({ kind: z.literal('categorical'), values: z.array(z.string()) }),
      ]),
      counts: z.array(count),
      missing: count,
      unknown: count,
    }),
  ),
});
