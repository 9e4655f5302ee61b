import { access, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Bundle } from '@adlift/scoring';
import { CliError } from '../cli-error';
import { draftManifest } from './draft-manifest';
import { importedBundle, replayInPool, type ImportIdentity } from './imported-bundle';
import { openFields, readImportManifest } from './import-manifest';
import { readModelFile, refusing, type ModelFile } from './model-file';
import { readSample, type Sample } from './sample-file';

/** What a bundle is made from; files are absolute. */
export interface ImportSources extends ImportIdentity {
  readonly model: string;
  readonly manifest: string;
  readonly output: string | undefined;
  readonly sample: string | undefined;
}

/** A drafted manifest, and the paths of the fields that its author has to complete. */
export interface Draft {
  readonly manifest: string;
  readonly toComplete: readonly string[];
}

/** Told what is done now; the last step is the caller's. */
export type OnStep = (step: string) => void;

/**
 * Makes a model file into a bundle that a scoring thread has already served. Throws CliError naming the file and the
 * first fault of the model, its manifest or its sample.
 */
export async function prepareImport(sources: ImportSources, onStep: OnStep): Promise<Bundle> {
  onStep('reading the manifest');
  const stated = await readImportManifest(sources.manifest);
  if (sources.output !== undefined && sources.output !== stated.output.name) {
    throw new CliError(`${sources.manifest}, output.name: is "${stated.output.name}", --output "${sources.output}"`);
  }
  onStep('opening the model');
  const model = await readModelFile(sources.model);
  const sample = sources.sample === undefined ? undefined : await readSample(sources.sample);
  if (sample !== undefined) requireFeatures(sources.sample ?? '', sample, stated.features);
  return refusing(sources.model, async () => {
    onStep('running the model on golden requests');
    const bundle = await importedBundle(model, sources, stated, sample);
    onStep('replaying them in a scoring thread');
    await replayInPool(bundle);
    return bundle;
  });
}

/**
 * Writes a manifest to complete beside the model, or into `elsewhere` when that folder cannot be written. Throws
 * CliError when there is one already, or when the model cannot be served.
 */
export async function writeDraft(
  model: ModelFile,
  name: string,
  output: string | undefined,
  elsewhere: string,
): Promise<Draft> {
  const draft = await refusing(model.file, () => draftManifest(model.facts, output));
  const text = `${JSON.stringify(draft, null, 2)}\n`;
  const manifest = await writeNew([dirname(model.file), elsewhere], `${name}.manifest.json`, text);
  return { manifest, toComplete: openFields(draft) };
}

async function writeNew([folder = '.', ...others]: readonly string[], name: string, text: string): Promise<string> {
  const file = join(folder, name);
  try {
    await access(file);
  } catch {
    try {
      await writeFile(file, text, { flag: 'wx' });
      return file;
    } catch (error) {
      if (others.length > 0) return writeNew(others, name, text);
      throw new CliError(`cannot write ${file}: ${(error as Error).message}`);
    }
  }
  throw new CliError(`${file} exists: complete it and pass --manifest ${basename(file)}, or delete it for a new one`);
}

function requireFeatures(file: string, { columns }: Sample, features: readonly { readonly name: string }[]): void {
  const lacking = features.find(({ name }) => !columns.has(name));
  if (lacking === undefined) return;
  throw new CliError(`${file}: no row has the feature "${lacking.name}"; it has ${[...columns.keys()].join(', ')}`);
}
