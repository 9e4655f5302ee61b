const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  rootDir: __dirname,
  testMatch,
  testEnvironment: '<rootDir>/test/jest/shared-packages.environment.js',
  runtime: '<rootDir>/test/jest/shared-packages.runtime.js',
  transform: { '^.+\\.ts$': ['@swc/jest', require('./test/jest/swc.json')] },
  moduleNameMapper: { '^@adlift/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.adlift/'],
  ...extra,
});

module.exports = {
  maxWorkers: 2,
  testTimeout: 30_000,
  projects: [
    project('unit', [
      '<rootDir>/apps/**/*.spec.ts',
      '<rootDir>/libs/**/*.spec.ts',
      '<rootDir>/tools/**/*.spec.ts',
      '<rootDir>/bench/**/*.spec.ts',
    ]),
    project('integration', ['<rootDir>/test/integration/**/*.spec.ts'], {
      globalSetup: '<rootDir>/test/integration/setup/start-servers.ts',
      globalTeardown: '<rootDir>/test/integration/setup/stop-servers.ts',
    }),
    project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts']),
  ],
};
