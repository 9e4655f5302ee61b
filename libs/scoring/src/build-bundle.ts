import type { FeatureBaseline, FeatureSchema } from '@adlift/features';
import { canonicalJson } from '@adlift/wire';
import type { GoldenBatch, GoldenFile } from './golden-requests';
import { BUNDLE_FORMAT, bundleDigest, type Manifest, MANIFEST_FILE, parseManifest } from './manifest';
import { sha256Hex } from './sha256';

/** A complete bundle: `files` holds the manifest too, and `digest` is the version's identity. */
export interface Bundle {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly digest: string;
}

type StatedByBundle = 'formatVersion' | 'modelFile' | 'goldenFile' | 'files';
type StatedAsLearnt = 'features' | 'baseline' | 'inputs' | 'output';

/** The part of a manifest that the caller states; the schema and the baseline are taken as `learnSchema` gives them. */
export interface BundleStatement extends Omit<Manifest, StatedByBundle | StatedAsLearnt> {
  readonly features: FeatureSchema;
  readonly baseline: { readonly baseRate: number; readonly features: readonly FeatureBaseline[] };
  readonly inputs?: Manifest['inputs'];
  readonly output?: Manifest['output'];
}

/**
 * What a bundle is built from. `probabilities` are the reference's served probabilities of every golden row;
 * `attachments` are further files kept with the model, such as its weight file.
 */
export interface BundleParts {
  readonly manifest: BundleStatement;
  readonly model: Uint8Array;
  readonly golden: GoldenBatch;
  readonly probabilities: ArrayLike<number>;
  readonly attachments?: ReadonlyMap<string, Uint8Array>;
}

const MODEL_FILE = 'model.onnx';
const GOLDEN_FILE = 'golden.json';
const utf8 = new TextEncoder();

/**
 * Assembles a bundle; the same parts give the same bytes. Inputs and output default to what the project's own ONNX
 * writer makes (`ids`, `numeric`, `probability`). Throws BundleError when the manifest is not valid.
 */
export function buildBundle(parts: BundleParts): Bundle {
  const golden: GoldenFile = {
    format: 'adlift-golden/1',
    requests: [...parts.golden.requests],
    probability: Array.from(parts.probabilities),
  };
  const contents = new Map<string, Uint8Array>([
    [MODEL_FILE, parts.model],
    [GOLDEN_FILE, utf8.encode(canonicalJson(golden))],
    ...(parts.attachments ?? []),
  ]);
  const listed: Manifest['files'] = {};
  for (const [path, bytes] of contents) listed[path] = { sha256: sha256Hex(bytes), bytes: bytes.length };
  const manifest = parseManifest({
    output: { name: 'probability', kind: 'probability', shape: 'n' },
    inputs: defaultInputs(parts.golden),
    ...parts.manifest,
    formatVersion: BUNDLE_FORMAT,
    modelFile: MODEL_FILE,
    goldenFile: GOLDEN_FILE,
    files: listed,
  });
  contents.set(MANIFEST_FILE, utf8.encode(canonicalJson(manifest)));
  return { manifest, files: contents, digest: bundleDigest(manifest) };
}

function defaultInputs(golden: GoldenBatch): Manifest['inputs'] {
  const ids = golden.ids.length / golden.n;
  const numeric = golden.numeric.length / golden.n;
  return {
    ...(ids > 0 && { ids: { name: 'ids', type: 'int32', columns: ids } }),
    ...(numeric > 0 && { numeric: { name: 'numeric', type: 'float32', columns: numeric } }),
  };
}
