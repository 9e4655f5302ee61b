import { type InputProposal, type ModelFacts, proposeInputs, proposeOutput } from '@adlift/scoring';

/** What a drafted manifest says where only the model's author knows. */
export const TO_COMPLETE = 'TO COMPLETE';

const todo = (what: string): string => `${TO_COMPLETE}: ${what}`;

/**
 * A manifest for a foreign model with everything that its file tells: one direct feature per named scalar input, and
 * f0, f1, ... for a packed one. The rest says TO COMPLETE. Throws BundleError for a model that cannot be served.
 */
export function draftManifest(facts: ModelFacts, wantedOutput: string | undefined): object {
  const inputs = proposeInputs(facts);
  const { kind, ...output } = proposeOutput(facts, wantedOutput);
  const packed = inputs.filter(({ shape }) => shape === 'n,k').length;
  // Operators of this domain are trees and their like, which know what to do with a number that is missing.
  const takesNaN = facts.opsets.some(({ domain }) => domain === 'ai.onnx.ml');
  const named = inputs.map((input) => ({ input, names: featureNames(input, packed > 1) }));
  return {
    features: named.flatMap(({ input, names }) => names.map((name) => draftFeature(name, input.type, takesNaN))),
    inputs: {
      tensors: named.map(({ input: { name, type, shape }, names }) => ({ name, type, shape, features: names })),
    },
    output: {
      ...output,
      kind: kind ?? todo('"probability" if the output is in 0 to 1, "logit" if it goes through a sigmoid'),
    },
    baseRate: todo('share of clicks in the training data, 0 to 1; answers have it when the model fails'),
    trainingWindow: {
      from: todo('first time in the training data, as 2026-01-31T00:00:00Z'),
      to: todo('last time in the training data'),
    },
    licence: todo('licence of the training data'),
  };
}

function featureNames({ name, shape, columns }: InputProposal, several: boolean): string[] {
  if (shape !== 'n,k') return [name];
  if (columns === undefined) return [todo('features in the order of the columns')];
  return Array.from({ length: columns }, (_, i) => (several ? `${name}_${i}` : `f${i}`));
}

function draftFeature(name: string, type: InputProposal['type'], takesNaN: boolean): object {
  switch (type) {
    case 'float32':
    case 'float64':
      return { name, type: 'direct', as: 'number', impute: takesNaN ? 'nan' : 0 };
    case 'int32':
    case 'int64':
      return { name, type: 'direct', as: 'integer', range: [0, todo('largest code that the model knows')], missing: 0 };
    case 'string':
      return { name, type: 'direct', as: 'text', missing: '' };
  }
}
