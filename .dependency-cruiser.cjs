/** Which part may import which; `npm test` checks it. */
const TESTS = '\\.(spec|fixture)\\.ts$|^test/|^libs/[^/]+/test/';
const PURE_LIBS = '^libs/(memory|wire|tokens|assignment|explanation|features|statistics|training)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A part that needs itself cannot be read, tested or moved alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'What cannot be resolved escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'apps-import-libs-only',
      comment: 'Apps speak to each other over gRPC, HTTP and the event log.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: TESTS },
      to: { path: '^(apps|tools|bench|test)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-import-no-apps',
      severity: 'error',
      from: { path: '^libs/', pathNot: TESTS },
      to: { path: '^(apps|tools|bench|test)/' },
    },
    {
      name: 'libs-only-by-their-index',
      comment: 'A lib shows what its index.ts exports; fixtures are for tests.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$', '\\.fixture\\.ts$'] },
    },
    {
      name: 'libs-only-by-their-index-from-outside',
      severity: 'error',
      from: { path: '^(apps|tools|bench|test)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '\\.fixture\\.ts$'] },
    },
    {
      name: 'libs-only-by-their-name',
      comment: 'Another lib is @adlift/<lib>, never a relative path.',
      severity: 'error',
      from: { path: '^(apps|libs|tools|bench|test)/' },
      to: { path: '^libs/[^/]+/src/index\\.ts$', dependencyTypesNot: ['aliased', 'aliased-tsconfig'] },
    },
    {
      name: 'own-files-inside-a-lib',
      comment: 'Inside a lib import the file, never its own index.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/$1/src/index\\.ts$' },
    },
    {
      name: 'pure-libs-import-no-framework',
      severity: 'error',
      from: { path: PURE_LIBS, pathNot: TESTS },
      to: {
        path: 'node_modules/(@nestjs/|typeorm/|pino/|nestjs-pino/|pino-http/|@opentelemetry/|pg/|pg-copy-streams/)',
      },
    },
    {
      name: 'pure-libs-do-no-io',
      severity: 'error',
      from: { path: PURE_LIBS, pathNot: TESTS },
      to: { path: '^(node:)?(fs|http|https|http2|net|tls|dgram|dns|child_process)(/|$)' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(apps|libs|tools|bench)/', pathNot: TESTS },
      to: { path: '\\.(spec|fixture)\\.ts$|/fake-[^/]+\\.ts$|^test/' },
    },
    {
      name: 'truth-knows-nothing-of-the-product',
      comment: 'The market states what is true; were it to use what it measures, agreement would prove nothing.',
      severity: 'error',
      from: { path: '^tools/market/truth\\.ts$' },
      to: { path: '^(apps|libs/(scoring|ledger|statistics))/', reachable: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.adlift|libs/[^/]+/src/generated)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types', 'default'],
      mainFields: ['main', 'types'],
    },
  },
};
