import { BundleError, type ModelFacts, type ModelValue, proposeInputs, proposeOutput } from '@adlift/scoring';

/** What `adlift model inspect` prints as JSON. */
export interface ModelDocument extends ModelFacts {
  /** Why the model cannot be imported as it is, empty when it can. */
  readonly obstacles: readonly { readonly code: string; readonly message: string }[];
}

/** The facts with what stands in the way of an import. */
export function modelDocument(facts: ModelFacts): ModelDocument {
  const obstacles = [proposeInputs, proposeOutput].flatMap((propose) => {
    try {
      propose(facts);
      return [];
    } catch (error) {
      if (error instanceof BundleError) return [{ code: error.code, message: error.message }];
      throw error;
    }
  });
  return { ...facts, obstacles };
}

/** Inputs, outputs and origin of a model as a text table. */
export function modelTable(file: string, { obstacles, ...facts }: ModelDocument): string {
  const { bytes, sha256, irVersion, producer, opsets, inputs, outputs } = facts;
  const rows = [...inputs.map((value) => row('input', value)), ...outputs.map((value) => row('output', value))];
  const width = Math.max(...rows.map(([, name]) => name.length));
  return [
    file,
    `  made by ${producer || 'unknown'}, IR version ${irVersion}`,
    `  operators ${opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ') || 'unknown'}`,
    `  size ${bytes} bytes, sha256 ${sha256}`,
    '',
    ...rows.map(([what, name, type]) => `  ${what.padEnd(6)}  ${name.padEnd(width)}  ${type}`),
    '',
    ...(obstacles.length === 0
      ? ['It can be imported: adlift model import FILE --name NAME --version VERSION']
      : obstacles.map(({ code, message }) => `It cannot be imported as it is: ${message} (${code})`)),
  ].join('\n');
}

function row(what: string, { name, type, shape }: ModelValue): [string, string, string] {
  return [what, name, type === undefined ? 'no tensor' : `${type} [${shape.map((dim) => dim || '?').join(', ')}]`];
}
