const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  rootDir: __dirname,
  testMatch,
  testEnvironment: '<rootDir>/test/jest/host-typed-arrays.environment.js',
  transform: { '^.+\\.ts$': ['@swc/jest', require('./test/jest/swc.json')] },
  moduleNameMapper: { '^@adlift/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.adlift/'],
  ...extra,
});

module.exports = {
  projects: [
    project('unit', ['<rootDir>/apps/**/*.spec.ts', '<rootDir>/libs/**/*.spec.ts', '<rootDir>/tools/**/*.spec.ts']),
  ],
};
