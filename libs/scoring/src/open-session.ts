import { InferenceSession } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { SESSION_OPTIONS } from './session-options';

/**
 * Opens a model by its path or its bytes. Throws BundleError BUNDLE_MODEL_OPSET when the runtime lacks an operator or
 * operator set of it, else BUNDLE_MODEL_INVALID with the runtime's words.
 */
export async function openSession(
  model: string | Uint8Array,
  options: InferenceSession.SessionOptions = SESSION_OPTIONS,
): Promise<InferenceSession> {
  try {
    return await (typeof model === 'string'
      ? InferenceSession.create(model, options)
      : InferenceSession.create(model, options));
  } catch (error) {
    const fault = runtimeFault(error);
    if (/opset|IR version|No Op registered|not a registered function/i.test(fault)) {
      const hint = 'export it for an older opset, with operators of ai.onnx and ai.onnx.ml';
      throw new BundleError('BUNDLE_MODEL_OPSET', `the runtime does not know what the model uses: ${fault}; ${hint}`, {
        cause: error,
      });
    }
    throw new BundleError('BUNDLE_MODEL_INVALID', `the model does not load: ${fault}`, { cause: error });
  }
}

/** The runtime's message without the place in its own sources that some begin with. */
export function runtimeFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\/onnxruntime_src\/.*?\)(?: const)? (?=[A-Z])/s, '').trim();
}
