import { setImmediate } from 'node:timers/promises';

const SLICE_BYTES = 1 << 20;

/**
 * Bundle files on shared memory, so that threads take them without a copy. What already lies there is kept; the rest
 * is copied in slices with turns of the event loop between them, so that a large model delays no request.
 */
export async function shareFiles(files: ReadonlyMap<string, Uint8Array>): Promise<ReadonlyMap<string, Uint8Array>> {
  const shared = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    if (bytes.buffer instanceof SharedArrayBuffer) {
      shared.set(path, bytes);
      continue;
    }
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      copy.set(bytes.subarray(at, at + SLICE_BYTES), at);
      if (at + SLICE_BYTES < bytes.length) await setImmediate();
    }
    shared.set(path, copy);
  }
  return shared;
}
