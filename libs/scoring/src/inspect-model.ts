import type { InferenceSession } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { type OnnxOpset, readOnnxHeader } from './onnx-header';
import { openSession } from './open-session';
import { SESSION_OPTIONS } from './session-options';
import { sha256Hex } from './sha256';

/** Largest model that a bundle may hold, in bytes; the registry takes no larger file. */
export const MAX_MODEL_BYTES = 256 * 1024 * 1024;

/** Without the runtime's own lines on standard error: what it refuses is thrown. */
export const QUIET_SESSION: InferenceSession.SessionOptions = { ...SESSION_OPTIONS, logSeverityLevel: 4 };

/** One input or output: its element type, undefined for what is no tensor; a dimension is a size or a name, maybe empty. */
export interface ModelValue {
  readonly name: string;
  readonly type: string | undefined;
  readonly shape: readonly (number | string)[];
}

/** What a model is, as its file and the runtime say. */
export interface ModelFacts {
  readonly bytes: number;
  readonly sha256: string;
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: readonly OnnxOpset[];
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

/** Throws BundleError BUNDLE_MODEL_TOO_LARGE for a model of over {@link MAX_MODEL_BYTES}. */
export function checkModelSize(bytes: number): void {
  if (bytes <= MAX_MODEL_BYTES) return;
  throw new BundleError('BUNDLE_MODEL_TOO_LARGE', `the model has ${bytes} bytes, ${MAX_MODEL_BYTES} are the limit`);
}

/**
 * Reads an ONNX file and opens it once. Throws BundleError: no ONNX, too large, weights in other files, operators that
 * the runtime does not know, or whatever else the runtime refuses.
 */
export async function inspectModel(file: Uint8Array): Promise<ModelFacts> {
  checkModelSize(file.length);
  const { irVersion, producer, opsets, externalFiles } = readOnnxHeader(file);
  if (externalFiles.length > 0) {
    throw new BundleError(
      'BUNDLE_MODEL_EXTERNAL_DATA',
      `the weights are in other files (${externalFiles.slice(0, 3).join(', ')}): save the model as one file, ` +
        'torch.onnx.export(..., external_data=False) or onnx.save_model(..., save_as_external_data=False)',
    );
  }
  const session = await openSession(file, QUIET_SESSION);
  try {
    return {
      bytes: file.length,
      sha256: sha256Hex(file),
      irVersion,
      producer,
      opsets,
      ...sessionValues(session),
    };
  } finally {
    await session.release();
  }
}

/** Inputs and outputs of an open model. */
export function sessionValues({
  inputMetadata,
  outputMetadata,
}: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>): Pick<ModelFacts, 'inputs' | 'outputs'> {
  return { inputs: inputMetadata.map(valueOf), outputs: outputMetadata.map(valueOf) };
}

function valueOf(value: InferenceSession.ValueMetadata): ModelValue {
  const { name } = value;
  return value.isTensor ? { name, type: value.type, shape: value.shape } : { name, type: undefined, shape: [] };
}
