import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const NODE_GLOBALS = [
  ...['process', 'console', 'Buffer', 'globalThis', 'URL', 'fetch', 'performance', 'AbortSignal'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'],
];
const COMMONJS_GLOBALS = ['module', 'exports', 'require', '__dirname', '__filename'];

const globals = (names, mode = 'readonly') => Object.fromEntries(names.map((name) => [name, mode]));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.adlift/**', 'libs/*/src/generated/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { ...globals(NODE_GLOBALS), ...globals(COMMONJS_GLOBALS, 'writable') } },
  },
  {
    // Nest modules are classes that carry only decorators.
    files: ['**/*.module.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  {
    // The environment is read once, where a process starts; a lib is told what it needs.
    files: ['libs/**/*.ts'],
    ignores: ['libs/config/**', 'libs/telemetry/src/start-telemetry.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Take it as an option; apps read the environment at boot.' },
      ],
    },
  },
);
