// One realm for all test files of a worker, so that the packages which shared-packages.runtime.js keeps loaded and the specs that use them
// have the same Array, Error and so on. What a file leaves on its globals, in the environment and among timers goes with it.
const { TestEnvironment } = require('jest-environment-node');

// onnxruntime-node checks tensors with `instanceof` against the host realm's typed arrays.
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

let realm;

module.exports = class SharedPackagesEnvironment extends TestEnvironment {
  constructor(config, context) {
    if (realm !== undefined) return realm;
    super(config, context);
    for (const name of HOST_TYPES) this.global[name] = globalThis[name];
    const { process } = this.global;
    this.first = {
      globals: Object.getOwnPropertyDescriptors(this.global),
      env: { ...process.env },
      exit: process.exit,
    };
    realm = this;
  }

  async teardown() {
    this.fakeTimers?.dispose();
    this.fakeTimersModern?.dispose();
    const { globals, env, exit } = this.first;
    for (const key of Reflect.ownKeys(this.global)) if (!(key in globals)) delete this.global[key];
    Object.defineProperties(this.global, globals);
    const { process } = this.global;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    process.exit = exit;
    // Jest keeps what was once a global, to take it apart when the realm ends; this one does not end.
    this._globalProxy.leftovers = [];
  }
};
