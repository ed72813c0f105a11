const lab = process.env.KRILLMANAGER_LAB === '1';
const full = process.env.KRILLMANAGER_FULL === '1';

/** @type {import('jest').Config} */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  // Many tests wait for processes rather than for a processor; and a process with all suites' memory forks slowly.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '400MB',
  // No test measures time: a busy machine may take its time, what hangs is found all the same.
  testTimeout: 30_000,
  roots: ['<rootDir>/packages', '<rootDir>/scripts'],
  // Lab suites need root and real hosts; scripts/test runs them apart, one after the other.
  testMatch: lab ? ['**/*.lab.test.ts'] : ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(lab ? [] : ['\\.lab\\.test\\.ts$']),
    ...(full ? [] : ['\\.full\\.lab\\.test\\.ts$']),
  ],
};
