const lab = process.env.KRILLMANAGER_LAB === '1';

/** @type {import('jest').Config} */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  roots: ['<rootDir>/packages', '<rootDir>/scripts'],
  // Lab suites need root and real hosts; scripts/test runs them apart, one after the other.
  testMatch: lab ? ['**/*.lab.test.ts'] : ['**/*.test.ts'],
  testPathIgnorePatterns: lab ? ['/node_modules/'] : ['/node_modules/', '\\.lab\\.test\\.ts$'],
};
