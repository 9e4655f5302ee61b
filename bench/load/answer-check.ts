import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SESSION_OPTIONS } from '@adlift/scoring';
import { WireReader } from '@adlift/wire';
import { compileBenchEncoder, FIELDS, NUMBERS, variantColumns } from '../model/bench-bundle';
import { VARIANTS } from '../model/bench-requests';

const TOLERANCE = 1e-6;

/** What a look at an encoded answer tells. */
export interface Looked {
  /** Whether the answer says that it is not the planned model's. */
  readonly marked: boolean;
  /** Whether every probability is finite and in (0, 1). */
  readonly finite: boolean;
  /** Whether the probabilities are those of the model, to 1e-6. */
  readonly right: boolean;
}

/** Compares served probabilities with those of a raw session on the same rows; made before anything is timed. */
export class AnswerCheck {
  private constructor(private readonly expected: readonly Float32Array[]) {}

  static async of(onnxFile: string, n: number): Promise<AnswerCheck> {
    const session = await InferenceSession.create(onnxFile, SESSION_OPTIONS);
    const encoder = compileBenchEncoder();
    const expected: Float32Array[] = [];
    for (let variant = 0; variant < VARIANTS; variant++) {
      const ids = new Int32Array(n * FIELDS);
      const numeric = new Float32Array(n * NUMBERS);
      encoder.encode(variantColumns(n, variant), n, ids, numeric, new Uint8Array(n));
      const { probability } = await session.run({
        ids: new Tensor('int32', ids, [n, FIELDS]),
        numeric: new Tensor('float32', numeric, [n, NUMBERS]),
      });
      expected.push(probability?.data as Float32Array);
    }
    await session.release();
    return new AnswerCheck(expected);
  }

  /** Whether probabilities are those of the model for a body. */
  matches(probabilities: Float32Array, variant: number): boolean {
    const expected = this.expected[variant] ?? new Float32Array(0);
    return (
      probabilities.length === expected.length &&
      probabilities.every((p, row) => Math.abs(p - (expected[row] ?? NaN)) <= TOLERANCE)
    );
  }

  /** Reads only what it needs of an encoded PredictResponse: field 2 is pctr, field 14 says fallback. */
  look(bytes: Buffer, variant: number): Looked {
    const reader = new WireReader(bytes);
    const expected = this.expected[variant] ?? new Float32Array(0);
    let marked = false;
    let finite = false;
    let right = false;
    while (!reader.done) {
      const tag = reader.tag();
      if (tag === 0x12) {
        const end = reader.delimited();
        const view = new DataView(bytes.buffer, bytes.byteOffset + reader.at, end - reader.at);
        finite = true;
        right = view.byteLength === expected.length * 4;
        for (let at = 0; at < view.byteLength; at += 4) {
          const p = view.getFloat32(at, true);
          if (!(p > 0 && p < 1)) finite = false;
          if (!(Math.abs(p - (expected[at / 4] ?? NaN)) <= TOLERANCE)) right = false;
        }
        reader.at = end;
      } else if (tag === 0x70) marked = reader.uint32() === 1;
      else reader.skip(tag & 7);
    }
    return { marked, finite, right };
  }
}
