import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileEncoder } from '@adlift/features';
import type { Bundle } from './build-bundle';
import { BundleError } from './bundle-error';
import { bundleFile, verifyBundleFolder, writeBundleFolder } from './bundle-folder';
import { canonicalJson } from '@adlift/wire';
import { sha256Hex } from './sha256';
import { checkGoldenInputs, parseGoldenFile } from './golden-requests';
import { guardOutputs } from './guard-outputs';
import { LoadedModel } from './loaded-model';
import { bundleDigest, type Manifest, parseManifest, readManifest } from './manifest';
import { bundleModel } from './model-bundle.fixture';

const { bundle, encoder } = bundleModel('lr', 7);
const golden = parseGoldenFile(fileOf('golden.json'));
const utf8 = new TextEncoder();
const root = mkdtempSync(join(tmpdir(), 'adlift-bundles-'));

afterAll(() => rmSync(root, { recursive: true }));

function fileOf(path: string): Uint8Array {
  return bundle.files.get(path) ?? new Uint8Array();
}

function failure(code: string, ...parts: string[]): BundleError {
  const message = expect.stringMatching(parts.map((part) => part.replace(/[.*[\]]/g, '\\$&')).join('.*')) as string;
  return expect.objectContaining({ code, message }) as BundleError;
}

/** The bundle with one file replaced and every hash made right again, as someone would who rebuilt it wrongly. */
function rebuilt(path: string, contents: Uint8Array): Bundle {
  const files = new Map(bundle.files).set(path, contents);
  const listed = { ...bundle.manifest.files, [path]: { sha256: sha256Hex(contents), bytes: contents.length } };
  const manifest: Manifest = { ...bundle.manifest, files: listed };
  files.set('manifest.json', utf8.encode(canonicalJson(manifest)));
  return { manifest, files, digest: bundleDigest(manifest) };
}

describe('buildBundle', () => {
  it('gives the same digest for the same parts and another for other parts', () => {
    expect(bundleModel('lr', 7).bundle.digest).toBe(bundle.digest);
    expect(bundleModel('lr', 8).bundle.digest).not.toBe(bundle.digest);
    expect(bundle.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('writes a manifest that reads back to itself and verifies', () => {
    expect(readManifest(bundle.files)).toEqual(bundle.manifest);
    expect(verifyBundleFolder(writeBundleFolder(root, bundle), bundle.digest)).toEqual(bundle.manifest);
  });

  it('holds at least 100 golden requests, with missing features and unseen categories among them', () => {
    expect(golden.requests.length).toBeGreaterThanOrEqual(100);
    const names = encoder.schema.features.map((feature) => feature.name);
    for (const name of names) expect(golden.requests.some((request) => !(name in request.columns))).toBe(true);
    const unseen = golden.requests.filter(
      ({ columns: { site } }) => site && 'dict' in site && /^unseen/.test(site.dict[0]),
    );
    expect(unseen.length).toBeGreaterThan(0);
    expect(golden.requests.some((request) => request.n > 1)).toBe(true);
  });
});

describe('verifyBundleFolder', () => {
  it('refuses another digest, naming both', () => {
    const wrong = `sha256:${'0'.repeat(64)}`;
    const folder = writeBundleFolder(root, bundle);
    expect(() => verifyBundleFolder(folder, wrong)).toThrow(failure('BUNDLE_DIGEST_MISMATCH', wrong, bundle.digest));
    const edited = { ...bundle.manifest, negativeSamplingRate: 0.5 };
    writeFileSync(join(folder, 'manifest.json'), canonicalJson(edited));
    expect(() => verifyBundleFolder(folder, bundle.digest)).toThrow(failure('BUNDLE_DIGEST_MISMATCH'));
  });

  it.each(['model.onnx', 'golden.json'])('refuses a flipped byte, a lost byte and the loss of %s', (path) => {
    const folder = writeBundleFolder(root, bundle);
    const file = bundleFile(folder, bundle.manifest.files[path].sha256);
    const refusal = (fault: string): void =>
      expect(() => verifyBundleFolder(folder, bundle.digest)).toThrow(failure('BUNDLE_FILE_MISMATCH', path, fault));
    const flipped = Uint8Array.from(fileOf(path));
    flipped[flipped.length - 1] ^= 1;
    writeFileSync(file, flipped);
    refusal('expected sha256');
    writeFileSync(file, flipped.subarray(1));
    refusal('bytes');
    rmSync(file);
    refusal('not in the bundle');
  });
});

describe('parseManifest', () => {
  it.each<[string, object, string]>([
    ['a missing licence', { licence: undefined }, 'licence'],
    ['an unknown field', { colour: 1 }, 'colour'],
    ['a rate of zero', { negativeSamplingRate: 0 }, 'negativeSamplingRate'],
    [
      'features that do not compile',
      { features: { features: [], crosses: [{ name: 'c', of: ['a', 'b'], size: 1 }] } },
      'c',
    ],
    ['inputs that do not fit the features', { inputs: {} }, 'inputs.ids'],
    ['a golden file that is not listed', { goldenFile: 'gone.json' }, 'gone.json'],
  ])('refuses %s', (_fault, change, where) => {
    expect(() => parseManifest({ ...bundle.manifest, ...change })).toThrow(failure('BUNDLE_MANIFEST_INVALID', where));
  });
});

describe('LoadedModel', () => {
  it('opens what was built', async () => {
    const model = await LoadedModel.open(bundle.digest, writeBundleFolder(root, bundle));
    const { idCount, numericCount } = encoder;
    expect(model.shape).toEqual({ idCount, numericCount, tensors: [], outputWidth: 1, outputType: 'float32' });
  });

  it('refuses a golden probability that the model does not give, naming row and values', async () => {
    const probability = golden.probability.slice();
    probability[17] += 2e-6;
    const changedBundle = rebuilt('golden.json', utf8.encode(canonicalJson({ ...golden, probability })));
    await expect(LoadedModel.open(changedBundle.digest, writeBundleFolder(root, changedBundle))).rejects.toThrow(
      failure('BUNDLE_GOLDEN_MISMATCH', 'row 17', String(probability[17]), 'got'),
    );
  });

  it('refuses a golden request that encodes differently, naming request, row and feature', async () => {
    const changed = structuredClone(golden);
    changed.requests[5].ids[1] += 1;
    const changedBundle = rebuilt('golden.json', utf8.encode(canonicalJson(changed)));
    const [expected, got] = [changed.requests[5].ids[1], golden.requests[5].ids[1]];
    await expect(LoadedModel.open(changedBundle.digest, writeBundleFolder(root, changedBundle))).rejects.toThrow(
      failure('BUNDLE_GOLDEN_MISMATCH', 'request 5, row 0, feature "site"', `expected ${expected}, got ${got}`),
    );
  });

  it('notices an encoder that learnt another scale', () => {
    const features = encoder.schema.features.map((f) => (f.type === 'numeric' ? { ...f, scale: f.scale * 1.01 } : f));
    const other = compileEncoder({ ...encoder.schema, features });
    expect(() => checkGoldenInputs(other, golden)).toThrow(failure('BUNDLE_GOLDEN_MISMATCH', 'price'));
  });

  it('refuses a file that is no model', async () => {
    const changedBundle = rebuilt('model.onnx', utf8.encode('not a model'));
    await expect(LoadedModel.open(changedBundle.digest, writeBundleFolder(root, changedBundle))).rejects.toThrow(
      failure('BUNDLE_MODEL_INVALID'),
    );
  });
});

describe('guardOutputs', () => {
  const guard = (kind: 'probability' | 'logit', shape: 'n' | 'n,2', raw: number[], n: number) => {
    const probability = new Float32Array(n);
    const invalid = guardOutputs({ name: 'p', kind, shape }, Float32Array.from(raw), n, probability);
    return { invalid, probability: [...probability] };
  };

  it('keeps probabilities inside (1e-7, 1 - 1e-7), and counts rows that are not finite or no probability', () => {
    const { invalid, probability } = guard('probability', 'n', [-5e-7, 0.25, 1 + 5e-7, NaN, Infinity, -1e-5, 1.1], 7);
    expect(invalid).toBe(4);
    expect(probability[0]).toBeGreaterThan(1e-7);
    expect(probability[1]).toBe(0.25);
    expect(probability[2]).toBeLessThan(1 - 1e-7);
    expect(probability.slice(3)).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('reads logits and two-column outputs', () => {
    expect(guard('logit', 'n', [0], 1).probability).toEqual([0.5]);
    expect(guard('logit', 'n,2', [1, 1, 5, 4], 2).probability).toEqual([0.5, Math.fround(1 / (1 + Math.E))]);
    expect(guard('logit', 'n', [NaN, 1000, -1000], 3).invalid).toBe(1);
    expect(guard('probability', 'n,2', [0.75, 0.25, 0.5, 0.5], 2).probability).toEqual([0.25, 0.5]);
  });
});
