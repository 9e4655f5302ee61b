import { BundleError } from './bundle-error';
import { bundleDigest, type Manifest, MANIFEST_FILE } from './manifest';
import { sha256Hex } from './sha256';

/**
 * Checks a bundle's digest, the presence, size and SHA-256 of every file, and that no file is unlisted. Throws
 * BundleError BUNDLE_DIGEST_MISMATCH or BUNDLE_FILE_MISMATCH naming the file, what was expected and what was found.
 */
export function verifyBundle(files: ReadonlyMap<string, Uint8Array>, manifest: Manifest, expectedDigest: string): void {
  const digest = bundleDigest(manifest);
  if (digest !== expectedDigest) {
    throw new BundleError('BUNDLE_DIGEST_MISMATCH', `${MANIFEST_FILE}: expected ${expectedDigest}, got ${digest}`);
  }
  for (const [path, expected] of Object.entries(manifest.files)) {
    const bytes = files.get(path);
    if (bytes === undefined) throw new BundleError('BUNDLE_FILE_MISMATCH', `${path}: not in the bundle`);
    if (bytes.length !== expected.bytes) {
      throw new BundleError('BUNDLE_FILE_MISMATCH', `${path}: expected ${expected.bytes} bytes, got ${bytes.length}`);
    }
    const sha256 = sha256Hex(bytes);
    if (sha256 !== expected.sha256) {
      throw new BundleError('BUNDLE_FILE_MISMATCH', `${path}: expected sha256 ${expected.sha256}, got ${sha256}`);
    }
  }
  for (const path of files.keys()) {
    if (path !== MANIFEST_FILE && !Object.hasOwn(manifest.files, path)) {
      throw new BundleError('BUNDLE_FILE_MISMATCH', `${path}: not listed in ${MANIFEST_FILE}`);
    }
  }
}
