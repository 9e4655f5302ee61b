import { jsonOutput, rawOutput, type OutputTensor } from './output-tensor';
import { readRawTensor } from './raw-tensor';
import { tensorHeader } from './tensor-header';

const OUTPUTS: readonly OutputTensor[] = [
  { name: 'a', datatype: 'FP32', values: Float32Array.of(0.25, 0.1) },
  { name: 'b', datatype: 'FP64', values: Float64Array.of(0.1, 1) },
  { name: 'c', datatype: 'INT64', values: BigInt64Array.of(-1n, 1_000_000_000_000_000n) },
  { name: 'd', datatype: 'BYTES', values: ['', 'tökén'] },
];

describe('writing a tensor', () => {
  it.each(OUTPUTS)('writes $datatype as the bytes that are read back', (output) => {
    const header = tensorHeader(output.name, output.datatype, [2], 0);
    expect(Array.from<unknown>(readRawTensor(header, rawOutput(output)).values)).toEqual([...output.values]);
  });

  it('writes a view of a larger buffer without its neighbours', () => {
    const values = Float32Array.of(1, 2, 3).subarray(1, 2);
    expect(rawOutput({ name: 'a', datatype: 'FP32', values })).toEqual(Buffer.from(Float32Array.of(2).buffer));
  });

  it('writes JSON numbers and texts', () => {
    expect(OUTPUTS.map(jsonOutput)).toEqual([
      [0.25, Math.fround(0.1)],
      [0.1, 1],
      [-1, 1e15],
      ['', 'tökén'],
    ]);
  });
});
