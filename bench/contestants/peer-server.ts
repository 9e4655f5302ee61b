import fastify from 'fastify';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SESSION_OPTIONS } from '@adlift/scoring';
import type { Column } from '@adlift/wire';
import { CATEGORY_NAMES, compileBenchEncoder, FIELDS, NUMBER_NAMES, NUMBERS } from '../model/bench-bundle';

interface Body {
  readonly rows: readonly Readonly<Record<string, number>>[];
}

const [, , file = '', port = ''] = process.argv;
const encoder = compileBenchEncoder();

/** What a team writes in an afternoon: JSON rows in, JSON scores out, one session with the options that suit it. */
async function main(): Promise<void> {
  const session = await InferenceSession.create(file, SESSION_OPTIONS);
  const server = fastify({ bodyLimit: 8 * 1024 * 1024 });
  server.post<{ Body: Body }>('/predict', async ({ body: { rows } }) => {
    const n = rows.length;
    const columns = new Map<string, Column>();
    for (const name of CATEGORY_NAMES) {
      columns.set(name, { kind: 'i32', values: Int32Array.from(rows, (row) => row[name] ?? 0) });
    }
    for (const name of NUMBER_NAMES) {
      columns.set(name, { kind: 'f32', values: Float32Array.from(rows, (row) => row[name] ?? NaN) });
    }
    const ids = new Int32Array(n * FIELDS);
    const numeric = new Float32Array(n * NUMBERS);
    encoder.encode(columns, n, ids, numeric, new Uint8Array(n));
    const { probability } = await session.run({
      ids: new Tensor('int32', ids, [n, FIELDS]),
      numeric: new Tensor('float32', numeric, [n, NUMBERS]),
    });
    return { pctr: Array.from(probability?.data as Float32Array) };
  });
  await server.listen({ port: Number(port), host: '127.0.0.1' });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

void main();
