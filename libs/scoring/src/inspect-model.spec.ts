import { OnnxGraph, SeededRandom } from '@adlift/training';
import { BundleError } from './bundle-error';
import { writeNetwork, writeTrees, writeTwoLogits } from './foreign-models.fixture';
import { checkModelSize, inspectModel, MAX_MODEL_BYTES } from './inspect-model';
import { proposeInputs, proposeOutput } from './propose-signature';
import { sha256Hex } from './sha256';

const utf8 = new TextEncoder();

/** A length-delimited protobuf field of fewer than 128 bytes. */
function field(number: number, ...parts: (string | number[])[]): number[] {
  const content = parts.flatMap((part) => (typeof part === 'string' ? [...utf8.encode(part)] : part));
  return [number * 8 + 2, content.length, ...content];
}

function graphOf(build: (graph: OnnxGraph) => void): Uint8Array {
  const graph = new OnnxGraph('hostile');
  build(graph);
  return graph.toBytes();
}

/** The bytes with one text put in place of another of the same length. */
function altered(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  expect(text).toContain(from);
  return Uint8Array.from(Buffer.from(text.replace(from, to), 'latin1'));
}

function refusal(code: string, message: string): BundleError {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as BundleError;
}

const sigmoid = graphOf((graph) => {
  graph.node('Sigmoid', [graph.input('x', 'float', ['n'])], {}, 'y');
  graph.output('y', 'float', ['n']);
});
const external = field(7, field(5, field(13, field(1, 'location'), field(2, 'weights.bin'))));

describe('inspectModel', () => {
  it('tells what the file and the runtime say', async () => {
    const file = writeNetwork();
    expect(await inspectModel(file)).toEqual({
      bytes: file.length,
      sha256: sha256Hex(file),
      irVersion: 8,
      producer: 'adlift',
      opsets: [
        { domain: '', version: 17 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      inputs: [
        { name: 'site', type: 'string', shape: ['n', 1] },
        { name: 'hour', type: 'int64', shape: ['n'] },
        { name: 'price', type: 'float64', shape: ['n', 1] },
      ],
      outputs: [
        { name: 'click_logit', type: 'float64', shape: ['n', 1] },
        { name: 'ctr', type: 'float32', shape: ['n'] },
      ],
    });
  });

  it.each<[string, Uint8Array, string, string]>([
    ['an empty file', new Uint8Array(), 'BUNDLE_MODEL_INVALID', 'no graph'],
    ['a text', utf8.encode('not a model at all'), 'BUNDLE_MODEL_INVALID', 'no ONNX model'],
    ['a file that is cut off', writeTrees().slice(0, 700), 'BUNDLE_MODEL_INVALID', 'cut off'],
    ['weights in another file', Uint8Array.from(external), 'BUNDLE_MODEL_EXTERNAL_DATA', 'weights.bin'],
    [
      'an operator set of the future',
      altered(sigmoid, '\x42\x04\x0a\x00\x10\x11', '\x42\x04\x0a\x00\x10\x63'),
      'BUNDLE_MODEL_OPSET',
      'older opset',
    ],
    ['an operator that is none', altered(sigmoid, 'Sigmoid', 'Sogmoid'), 'BUNDLE_MODEL_OPSET', 'Sogmoid'],
    ['a domain of its own', altered(writeTrees(), 'ai.onnx.ml', 'my.own.ops'), 'BUNDLE_MODEL_OPSET', 'my.own.ops'],
    [
      'a graph with a cycle',
      graphOf((graph) => {
        graph.input('x', 'float', ['n']);
        graph.output('y', 'float', ['n']);
        graph.node('Add', ['x', 'b'], {}, 'a');
        graph.node('Add', ['a', 'x'], {}, 'b');
        graph.node('Add', ['a', 'b'], {}, 'y');
      }),
      'BUNDLE_MODEL_INVALID',
      'acyclic',
    ],
    [
      'a constant that is said to be huge',
      graphOf((graph) => {
        graph.output('y', 'float', ['n']);
        const huge = graph.constant(Float32Array.of(1), [2 ** 45, 2 ** 10]);
        graph.node('Add', [graph.input('x', 'float', ['n']), huge], {}, 'y');
      }),
      'BUNDLE_MODEL_INVALID',
      'declares a size',
    ],
  ])('refuses %s', async (_what, file, code, message) => {
    await expect(inspectModel(file)).rejects.toThrow(refusal(code, message));
  });

  it('survives random bytes, and any cut and any changed byte of a model', async () => {
    const random = new SeededRandom(3);
    const model = writeTrees();
    const noise = Array.from({ length: 50 }, () => Uint8Array.from({ length: 300 }, () => random.next() * 256));
    const cuts = Array.from({ length: 60 }, () => model.slice(0, random.next() * model.length));
    const changes = Array.from({ length: 150 }, () => {
      const changed = Uint8Array.from(model);
      changed[Math.floor(random.next() * model.length)] = random.next() * 256;
      return changed;
    });
    for (const file of [...noise, ...cuts, ...changes]) {
      await inspectModel(file).catch((error: unknown) => expect(error).toBeInstanceOf(BundleError));
    }
  });

  it('refuses a file over the limit before it is read', () => {
    expect(() => checkModelSize(MAX_MODEL_BYTES + 1)).toThrow(refusal('BUNDLE_MODEL_TOO_LARGE', 'limit'));
  });
});

describe('proposeInputs', () => {
  it('takes packed and scalar inputs of every type', async () => {
    expect(proposeInputs(await inspectModel(writeTrees()))).toEqual([
      { name: 'X', type: 'float32', shape: 'n,k', columns: 3 },
    ]);
    expect(proposeInputs(await inspectModel(writeNetwork())).map(({ type, shape }) => `${type} ${shape}`)).toEqual([
      'string n,1',
      'int64 n',
      'float64 n,1',
    ]);
  });

  it.each<[string, string | undefined, (number | string)[], string]>([
    ['half precision', 'float16', ['n', 3], 'is float16; supported are float32, float64, int32, int64, string'],
    ['no tensor', undefined, [], 'is no tensor'],
    ['a fixed number of rows', 'float32', [1, 3], 'takes 1 rows and no other number; export it with a free'],
    ['three dimensions', 'float32', ['n', 3, 3], 'has 3 dimensions'],
    ['more columns than requests can fill', 'float32', ['n', 2 ** 50], '4096 are the limit'],
  ])('refuses %s', (_what, type, shape, message) => {
    expect(() => proposeInputs({ inputs: [{ name: 'x', type, shape }] })).toThrow(
      refusal('BUNDLE_MODEL_INPUT', message),
    );
  });
});

describe('proposeOutput', () => {
  it('finds the only output that can hold the clicks, and its kind where the name tells', async () => {
    const trees = await inspectModel(writeTrees());
    expect(proposeOutput(trees)).toEqual({ name: 'probabilities', kind: 'probability', shape: 'n,2' });
    const network = await inspectModel(writeNetwork());
    const logit = { name: 'click_logit', kind: 'logit', shape: 'n,1', type: 'float64' };
    expect(proposeOutput(network, 'click_logit')).toEqual(logit);
    expect(proposeOutput(await inspectModel(writeTwoLogits()))).toEqual({ name: 'y', kind: undefined, shape: 'n,2' });
  });

  it('asks which where there are several, and names the way out of a ZipMap', async () => {
    const network = await inspectModel(writeNetwork());
    const maps = await inspectModel(writeTrees({ zipMap: true }));
    const fixed = await inspectModel(writeTrees({ rows: 1 }));
    expect(() => proposeOutput(network)).toThrow(refusal('BUNDLE_MODEL_OUTPUT', 'click_logit, ctr; say --output'));
    expect(() => proposeOutput(network, 'p')).toThrow(refusal('BUNDLE_MODEL_OUTPUT', 'it has click_logit, ctr'));
    expect(() => proposeOutput(maps)).toThrow(refusal('BUNDLE_MODEL_OUTPUT', "{'zipmap': False}"));
    expect(() => proposeOutput(maps, 'probabilities')).toThrow(refusal('BUNDLE_MODEL_OUTPUT', 'no tensor'));
    expect(() => proposeOutput(fixed)).toThrow(refusal('BUNDLE_MODEL_OUTPUT', 'has 1 rows and no other number'));
  });
});
