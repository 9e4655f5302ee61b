import { checkSchema, checkTensors, compileEncoder, TENSOR_TYPES } from '@adlift/features';
import { jsonDigest } from '@adlift/wire';
import { z } from 'zod';
import { BundleError } from './bundle-error';
import { baselineSchema, featureSchemaSchema } from './manifest-features';

export const MANIFEST_FILE = 'manifest.json';
export const BUNDLE_FORMAT = 1;

const fileSchema = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() });

const inputSchema = <T extends string>(type: T) =>
  z.strictObject({ name: z.string().min(1), type: z.literal(type), columns: z.int().positive() });

const tensorSchema = z.strictObject({
  name: z.string().min(1),
  type: z.enum(TENSOR_TYPES),
  shape: z.enum(['n', 'n,1', 'n,k']),
  features: z.array(z.string().min(1)).min(1),
});

const inputsSchema = z.strictObject({
  ids: inputSchema('int32').optional(),
  numeric: inputSchema('float32').optional(),
  tensors: z.array(tensorSchema).min(1).optional(),
});

const outputSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['probability', 'logit']),
  shape: z.enum(['n', 'n,1', 'n,2']),
  type: z.enum(['float32', 'float64']).optional(),
});

/** Fields of a manifest that whoever imports a model states. */
export const manifestFields = { inputs: inputsSchema, output: outputSchema } as const;

const manifestSchema = z.strictObject({
  formatVersion: z.literal(BUNDLE_FORMAT),
  name: z.string().min(1),
  version: z.string().min(1),
  kind: z.enum(['ctr', 'cvr']),
  createdAt: z.iso.datetime(),
  features: featureSchemaSchema,
  inputs: inputsSchema,
  output: outputSchema,
  modelFile: z.string().min(1),
  goldenFile: z.string().min(1),
  calibration: z.strictObject({ a: z.number(), b: z.number() }),
  negativeSamplingRate: z.number().positive().max(1),
  trainingWindow: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
  seed: z.int(),
  metrics: z.record(z.string(), z.number()),
  baseline: baselineSchema,
  licence: z.string().min(1),
  files: z.record(z.string(), fileSchema),
});

/**
 * What a bundle says about its model. Calibration and the negative-sampling rate are already part of the ONNX graph
 * and stated for the record. `inputs` are row-major [n, columns]: `ids` and `numeric` for encoded features, `tensors`
 * for the direct ones of a foreign model. `output` is read as [n], [n, 1], or column 1 of [n, 2], float32 unless it
 * says otherwise; `licence` is that of the training data; `files` lists every file but the manifest.
 */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Validates a parsed manifest, its feature schema, and the agreement of inputs and features. Throws BundleError
 * BUNDLE_MANIFEST_INVALID naming the first faulty field.
 */
export function parseManifest(value: unknown): Manifest {
  const result = manifestSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new BundleError('BUNDLE_MANIFEST_INVALID', `${issue.path.join('.') || 'manifest'}: ${issue.message}`);
  }
  checkInputs(result.data);
  for (const path of [result.data.modelFile, result.data.goldenFile]) {
    if (!Object.hasOwn(result.data.files, path)) {
      throw new BundleError('BUNDLE_MANIFEST_INVALID', `files: "${path}" is not listed`);
    }
  }
  return result.data;
}

/** Parses manifest.json; not JSON is BUNDLE_MANIFEST_INVALID too. */
export function readManifest(files: ReadonlyMap<string, Uint8Array>): Manifest {
  const bytes = files.get(MANIFEST_FILE);
  if (bytes === undefined) throw new BundleError('BUNDLE_MANIFEST_INVALID', `${MANIFEST_FILE} is not in the bundle`);
  return parseManifest(parseJson(bytes));
}

/** The identity of a model version: `sha256:` and the hex SHA-256 of the canonical manifest. */
export function bundleDigest(manifest: Manifest): string {
  return jsonDigest(manifest);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    throw new BundleError('BUNDLE_MANIFEST_INVALID', `${MANIFEST_FILE} is not JSON`, { cause: error });
  }
}

/**
 * Checks the feature schema, and that inputs and features agree. Throws BundleError BUNDLE_MANIFEST_INVALID naming the
 * part at fault.
 */
export function checkInputs({ features, inputs }: Pick<Manifest, 'features' | 'inputs'>): void {
  naming('features', () => checkSchema(features));
  naming('inputs.tensors', () => checkTensors(features, inputs.tensors ?? []));
  const encoder = naming('features', () => compileEncoder(features, inputs.tensors));
  const pairs = [
    ['ids', inputs.ids?.columns ?? 0, encoder.idCount],
    ['numeric', inputs.numeric?.columns ?? 0, encoder.numericCount],
  ] as const;
  for (const [name, stated, made] of pairs) {
    if (stated !== made) {
      throw new BundleError('BUNDLE_MANIFEST_INVALID', `inputs.${name}: ${stated} columns, the features make ${made}`);
    }
  }
}

function naming<T>(field: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new BundleError('BUNDLE_MANIFEST_INVALID', `${field}: ${fault}`, { cause: error });
  }
}
