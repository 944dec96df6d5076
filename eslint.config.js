import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      ...['dist', 'out', 'node_modules', 'scripts/*.mjs', 'test/**/*.mjs', 'eslint.config.js'],
      // AssemblyScript: its types are not TypeScript's.
      'assembly',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Indexing typed arrays and matching patterns give `T | undefined`; the loops' bounds say otherwise.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      // Kernels and operators are plain objects whose methods take no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // `{ a, ...others }` leaves a out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-params': ['error', 5],
      'max-depth': ['error', 4],
      complexity: ['error', 24],
      'max-lines-per-function': ['error', { max: 80, skipComments: true, skipBlankLines: true }],
      'max-lines': ['error', { max: 250 }],
    },
  },
  {
    // References are nested loops on purpose: n, y, x, c, then the window.
    files: ['src/ops/**/*.ts', 'src/interpret/**/*.ts'],
    rules: { 'max-depth': 'off', complexity: 'off' },
  },
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts', 'examples/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', complexity: 'off' },
  },
);
