import { readFile, stat } from 'node:fs/promises';
import { BundleError, checkModelSize, inspectModel, type ModelFacts } from '@adlift/scoring';
import { CliError } from '../cli-error';

/** A model on disk with what it says of itself. */
export interface ModelFile {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly facts: ModelFacts;
}

/** Reads and opens an ONNX file. Throws CliError saying what keeps it from being served. */
export async function readModelFile(file: string): Promise<ModelFile> {
  const unreadable = (error: Error): never => {
    throw new CliError(`cannot read ${file}: ${error.message}`);
  };
  const { size } = await stat(file).catch(unreadable);
  await refusing(file, () => checkModelSize(size));
  const bytes = await readFile(file).catch(unreadable);
  return { file, bytes, facts: await refusing(file, () => inspectModel(bytes)) };
}

/** Runs a step on a model; what it refuses becomes a CliError with the file's name and the stable code. */
export async function refusing<T>(file: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof BundleError) throw new CliError(`${file}: ${error.message} (${error.code})`);
    throw error;
  }
}
