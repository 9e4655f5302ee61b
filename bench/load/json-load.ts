import { Agent, request } from 'node:http';
import { CATEGORY_NAMES, NUMBER_NAMES, variantColumns } from '../model/bench-bundle';
import { VARIANTS } from '../model/bench-requests';
import type { AnswerCheck } from './answer-check';
import type { SendOne } from './send';

const COMPARED = 20;
const UNAVAILABLE = 14;

/** JSON rows for the peer: the same values as the columns, written out beforehand. */
export class JsonLoad {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly bodies: readonly Buffer[];
  private made = 0;

  constructor(
    private readonly port: number,
    n: number,
  ) {
    this.bodies = Array.from({ length: VARIANTS }, (_, variant) => {
      const columns = variantColumns(n, variant);
      const rows = Array.from({ length: n }, (_, i) =>
        Object.fromEntries(
          [...CATEGORY_NAMES, ...NUMBER_NAMES].map((name) => {
            const column = columns.get(name);
            return [name, column === undefined || column.kind === 'dict' ? 0 : Number(column.values[i])];
          }),
        ),
      );
      return Buffer.from(JSON.stringify({ rows }));
    });
  }

  /** Sends the next body; resolves with the answer's bytes and which body it was. */
  readonly send: SendOne = () => {
    const variant = this.made++ % VARIANTS;
    const bytes = this.bodies[variant] ?? Buffer.alloc(0);
    return new Promise((resolve) => {
      const call = request(
        {
          port: this.port,
          host: '127.0.0.1',
          path: '/predict',
          method: 'POST',
          agent: this.agent,
          headers: { 'content-type': 'application/json', 'content-length': bytes.length },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => resolve({ bytes: Buffer.concat(parts), variant }));
        },
      );
      call.on('error', () => resolve({ code: UNAVAILABLE }));
      call.end(bytes);
    });
  };

  /** Throws unless the peer's scores are the model's. */
  async compare(check: AnswerCheck): Promise<void> {
    for (let i = 0; i < COMPARED; i++) {
      const outcome = await this.send();
      const { pctr } = JSON.parse('bytes' in outcome ? outcome.bytes.toString() : '{}') as { pctr?: number[] };
      if ('variant' in outcome && check.matches(Float32Array.from(pctr ?? []), outcome.variant)) continue;
      throw new Error('the peer gives other scores');
    }
  }
}
