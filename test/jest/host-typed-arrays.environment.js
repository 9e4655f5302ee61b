// onnxruntime-node checks tensors with `instanceof` against the host realm's typed arrays, while Jest gives each
// test file a realm of its own; this environment hands the host's constructors to the test realm.
const { TestEnvironment } = require('jest-environment-node');

const HOST_TYPES = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

module.exports = class HostTypedArraysEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of HOST_TYPES) this.global[name] = globalThis[name];
  }
};
