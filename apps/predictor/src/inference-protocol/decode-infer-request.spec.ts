import { inferenceProto } from '@adlift/wire';
import { decodeInferRequest } from './decode-infer-request';

const encode = (request: inferenceProto.IModelInferRequest): Uint8Array =>
  inferenceProto.ModelInferRequest.encode(request).finish();
const INPUT = { name: 'x', datatype: 'FP32', shape: [2], contents: { fp32Contents: [1, 2] } };

describe('decoding a ModelInferRequest', () => {
  it('reads every kind of parameter', () => {
    const parameters = {
      a: { boolParam: true },
      b: { int64Param: -7 },
      c: { stringParam: 'text' },
      d: { doubleParam: 0.5 },
      e: { uint64Param: 9 },
      f: {},
    };
    const decoded = decodeInferRequest(
      encode({ modelName: 'm', modelVersion: '2', id: 'i', parameters, inputs: [INPUT] }),
    );
    expect(decoded).toMatchObject({ model: 'm', version: '2', id: 'i', outputs: [] });
    expect(Object.fromEntries(decoded.parameters)).toEqual({ a: true, b: -7, c: 'text', d: 0.5, e: 9, f: '' });
  });

  it('reads inputs in order, with the outputs that are wanted', () => {
    const raw = Buffer.from(Float32Array.of(3, 4).buffer);
    const { inputs, outputs } = decodeInferRequest(
      encode({
        inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 1] }],
        outputs: [{ name: 'b' }, { name: 'a' }],
        rawInputContents: [raw],
      }),
    );
    expect(inputs).toMatchObject([{ name: 'x', rows: 2, data: { kind: 'f32', values: Float32Array.of(3, 4) } }]);
    expect(outputs).toEqual(['b', 'a']);
  });

  it('passes over fields of a later version of the protocol', () => {
    const later = Buffer.concat([encode({ inputs: [INPUT] }), Buffer.of(0xf8, 0x07, 1)]);
    expect(decodeInferRequest(later).inputs).toHaveLength(1);
  });

  it('refuses a message cut short at any byte but the ends of its fields', () => {
    const whole = encode({ modelName: 'm', id: 'i', inputs: [INPUT] });
    const last = encode({ modelName: 'm', id: 'i' }).length;
    for (let end = last + 1; end < whole.length; end++) {
      expect(() => decodeInferRequest(whole.subarray(0, end))).toThrow(/^\(message\)/);
    }
  });
});
