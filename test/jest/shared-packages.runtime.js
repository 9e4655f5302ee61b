// Loads the packages of node_modules once a worker. Jest's own runtime evaluates Nest, TypeORM, gRPC and the rest anew for
// every test file; files of this repository still are, each in a registry of its own.
const { sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const PACKAGES = `${sep}node_modules${sep}`;

/** Never torn down: a package may require more of itself at any time. */
let packages;

class SharedPackagesRuntime extends Runtime {
  constructor(...args) {
    packages ??= new Runtime(...args);
    super(...args);
  }

  requireModule(from, moduleName, options, isRequireActual) {
    if (this.isPackage(from, moduleName, options)) return packages.requireModule(from, moduleName, options);
    return super.requireModule(from, moduleName, options, isRequireActual);
  }

  isPackage(from, moduleName, options) {
    if (moduleName === undefined || options?.isInternalModule || this._resolution.isCoreModule(moduleName))
      return false;
    return this._resolution.resolveCjs(from, moduleName).includes(PACKAGES);
  }
}

module.exports = { __esModule: true, default: SharedPackagesRuntime };
