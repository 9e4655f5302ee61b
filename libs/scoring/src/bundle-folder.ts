import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from './bundle-error';
import type { Bundle } from './build-bundle';
import { bundleDigest, type Manifest, MANIFEST_FILE, readManifest } from './manifest';

const CHUNK_BYTES = 1 << 20;

/** Folder of a bundle below `root`, by its digest. */
export function bundleFolder(root: string, digest: string): string {
  return join(root, digest.replace('sha256:', ''));
}

/** A bundle's file in its folder: by content, not by the path that the manifest gives, which could point anywhere. */
export function bundleFile(folder: string, sha256: string): string {
  return join(folder, sha256);
}

/** Writes a bundle as a scoring pool reads it, and returns its folder. */
export function writeBundleFolder(root: string, { manifest, files, digest }: Bundle): string {
  const folder = bundleFolder(root, digest);
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of files) {
    const listed = manifest.files[path];
    writeFileSync(path === MANIFEST_FILE ? join(folder, path) : bundleFile(folder, listed?.sha256 ?? ''), bytes);
  }
  return folder;
}

/**
 * Reads and verifies a bundle on disk: the manifest's digest, the size and SHA-256 of every file. Throws BundleError
 * naming the file, what was expected and what was found. Files are hashed piece by piece, so that a large model costs
 * no memory.
 */
export function verifyBundleFolder(folder: string, expectedDigest: string): Manifest {
  const manifest = readManifest(new Map([[MANIFEST_FILE, readBytes(join(folder, MANIFEST_FILE), MANIFEST_FILE)]]));
  const digest = bundleDigest(manifest);
  if (digest !== expectedDigest) {
    throw new BundleError('BUNDLE_DIGEST_MISMATCH', `${MANIFEST_FILE}: expected ${expectedDigest}, got ${digest}`);
  }
  for (const [path, expected] of Object.entries(manifest.files)) {
    const got = measure(bundleFile(folder, expected.sha256), path);
    if (got.bytes !== expected.bytes) {
      throw new BundleError('BUNDLE_FILE_MISMATCH', `${path}: expected ${expected.bytes} bytes, got ${got.bytes}`);
    }
    if (got.sha256 !== expected.sha256) {
      throw new BundleError('BUNDLE_FILE_MISMATCH', `${path}: expected sha256 ${expected.sha256}, got ${got.sha256}`);
    }
  }
  return manifest;
}

/** A file of a bundle folder as bytes; throws BundleError when it is not there. */
export function readBundleFile(folder: string, manifest: Manifest, path: string): Uint8Array {
  return readBytes(bundleFile(folder, manifest.files[path]?.sha256 ?? ''), path);
}

function readBytes(file: string, path: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw absent(path, error);
  }
}

function measure(file: string, path: string): { bytes: number; sha256: string } {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    throw absent(path, error);
  }
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let bytes = 0;
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    closeSync(handle);
  }
}

function absent(path: string, cause: unknown): BundleError {
  return new BundleError('BUNDLE_FILE_MISMATCH', `${path}: not in the bundle`, { cause });
}
