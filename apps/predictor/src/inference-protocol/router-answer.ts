import type { PredictAnswer } from '@adlift/wire';
import type { InferAnswer } from './infer-request';
import type { OutputTensor } from './tensor/output-tensor';

export const TOKEN_OUTPUT = 'token';

type Written = Pick<InferAnswer, 'parameters' | 'outputs'>;
type Output = OutputTensor extends infer T ? (T extends OutputTensor ? Omit<T, 'name'> : never) : never;

interface RouterOutput {
  readonly datatype: Output['datatype'];
  readonly of: (answer: PredictAnswer) => Output;
}

/** Outputs of the router by name, each a column of Predict's answer. */
export const ROUTER_OUTPUTS: Readonly<Record<string, RouterOutput>> = {
  pctr: { datatype: 'FP32', of: ({ pctr }) => ({ datatype: 'FP32', values: Float32Array.from(pctr) }) },
  pctr_raw: { datatype: 'FP32', of: ({ pctrRaw }) => ({ datatype: 'FP32', values: Float32Array.from(pctrRaw) }) },
  ecpm_micros: {
    datatype: 'INT64',
    of: ({ ecpmMicros }) => ({ datatype: 'INT64', values: BigInt64Array.from(ecpmMicros, BigInt) }),
  },
  rank: { datatype: 'UINT32', of: ({ rank }) => ({ datatype: 'UINT32', values: Uint32Array.from(rank) }) },
  propensity: {
    datatype: 'FP64',
    of: ({ propensity }) => ({ datatype: 'FP64', values: Float64Array.from(propensity) }),
  },
  row_flags: { datatype: 'UINT32', of: ({ rowFlags }) => ({ datatype: 'UINT32', values: Uint32Array.from(rowFlags) }) },
  [TOKEN_OUTPUT]: { datatype: 'BYTES', of: (answer) => ({ datatype: 'BYTES', values: tokensByCandidate(answer) }) },
};

/** Predict's answer as outputs, and as parameters what is not one value per candidate. */
export function routerAnswer(answer: PredictAnswer, wanted: readonly string[]): Written {
  return { parameters: parametersOf(answer), outputs: wanted.flatMap((name) => named(name, answer)) };
}

function named(name: string, answer: PredictAnswer): OutputTensor[] {
  const output = ROUTER_OUTPUTS[name];
  return output === undefined ? [] : [{ name, ...output.of(answer) }];
}

function tokensByCandidate({ tokens, pctr }: PredictAnswer): string[] {
  const byCandidate = new Array<string>(pctr.length).fill('');
  for (const { index, token } of tokens) byCandidate[index] = token;
  return byCandidate;
}

function parametersOf(answer: PredictAnswer): Written['parameters'] {
  const { assignments, fallback, fallbackSource, ticket } = answer;
  const arms = assignments.filter(({ assigned }) => assigned !== '');
  return {
    prediction_id: answer.predictionId,
    request_id: answer.requestId,
    model: answer.model === '' ? '' : `${answer.model}@${answer.modelVersion}`,
    bundle_digest: answer.bundleDigest,
    logged: answer.logged,
    explored: answer.explored,
    trace_id: answer.traceId,
    ...(arms.length > 0 && { variant: arms.map(({ experiment, assigned }) => `${experiment}:${assigned}`).join(',') }),
    ...(assignments.length > 0 && { assignments: JSON.stringify(assignments) }),
    ...(fallback && { fallback, fallback_source: fallbackSource }),
    ...(ticket !== '' && { ticket }),
  };
}
