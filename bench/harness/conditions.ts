import { SESSION_OPTIONS, sha256Hex } from '@adlift/scoring';
import { machine } from './processor';

/** What every bench prints for those who repeat it: the model, the runtime's options, the machine. */
export function conditions(onnx: Uint8Array): Readonly<Record<string, unknown>> {
  return {
    modelSha256: sha256Hex(onnx),
    modelBytes: onnx.length,
    sessionOptions: SESSION_OPTIONS,
    machine: machine(),
  };
}
