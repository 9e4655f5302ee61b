import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { featureFields, manifestFields } from '@adlift/scoring';
import { CliError } from '../cli-error';
import { TO_COMPLETE } from './draft-manifest';

const importManifest = z.strictObject({
  features: featureFields.features.min(1),
  crosses: featureFields.crosses.default([]),
  inputs: manifestFields.inputs,
  output: manifestFields.output,
  baseRate: z.number().min(0).max(1),
  trainingWindow: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
  licence: z.string().min(1),
  negativeSamplingRate: z.number().positive().max(1).default(1),
  metrics: z.record(z.string(), z.number()).default({}),
});

/** What an author states of a foreign model; sampling rate and metrics are kept for the record only. */
export type ImportManifest = z.infer<typeof importManifest>;

/** Reads a completed manifest. Throws CliError naming the first field that is faulty or still to be completed. */
export async function readImportManifest(file: string): Promise<ImportManifest> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CliError(`cannot read ${file}: ${error.message}`);
  });
  const value = parse(file, text);
  const open = firstOpen(value, '');
  if (open !== undefined) throw new CliError(`${file}, ${open.path}: still says "${open.text}"`);
  const result = importManifest.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CliError(`${file}, ${issue?.path.join('.') || 'manifest'}: ${issue?.message}`);
}

/** Paths of the fields that still say TO COMPLETE. */
export function openFields(value: unknown): string[] {
  return [...placeholders(value, '')].map(({ path }) => path);
}

function firstOpen(value: unknown, path: string): { path: string; text: string } | undefined {
  const [first] = placeholders(value, path);
  return first;
}

function* placeholders(value: unknown, path: string): Generator<{ path: string; text: string }> {
  if (typeof value === 'string' && value.startsWith(TO_COMPLETE)) yield { path, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* placeholders(member, path === '' ? key : `${path}.${key}`);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`${file} is not JSON: ${(error as Error).message}`);
  }
}
