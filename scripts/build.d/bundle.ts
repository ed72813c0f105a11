import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** JavaScript that needs nothing but Node: the program, and its workers by asset name. */
export type Bundle = {
  readonly main: string;
  readonly workers: Readonly<Record<string, string>>;
};

/**
 * Bundles the program, and each `*-worker.ts` of the packages apart as an asset `*-worker.cjs`.
 * `process.env.KRILLMANAGER_VERSION` becomes the version; run unbuilt, it is not set.
 */
export async function bundle(entry: string, version: string): Promise<Bundle> {
  const workers = await Promise.all(
    workerFiles().map(async (file) => [`${basename(file, '.ts')}.cjs`, await one(file, version)]),
  );
  return { main: await one(entry, version), workers: Object.fromEntries(workers) };
}

/** Sources only: the packages' node_modules lead to one another, in circles. */
function workerFiles(): readonly string[] {
  return readdirSync('packages').flatMap((name) => {
    const source = `packages/${name}/src`;
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('-worker.ts'))
      .map((path) => `${source}/${path}`);
  });
}

async function one(entry: string, version: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // V8 holds the whole text for as long as the program runs, at two bytes a character if a single
    // one, in a dependency's comment, is beyond Latin-1.
    minifyWhitespace: true,
    define: { 'process.env.KRILLMANAGER_VERSION': JSON.stringify(version) },
    plugins: [withoutUnused],
    logLevel: 'warning',
    // Only unbuilt, where a worker is a file beside the module that starts it.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return outputFiles[0]?.text ?? '';
}

// dockerode brings the first for BuildKit sessions and for Docker over ssh, inquirer the last for
// text written in an editor. We use none; without them the bundle has a sixth of the size and the
// process saves 10 MB of memory.
const withoutUnused: Plugin = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve(
      { filter: /^(@grpc\/.*|protobufjs|ssh2|cpu-features|iconv-lite|chardet)$/ },
      ({ path }) => ({
        path,
        namespace: 'unused',
      }),
    );
    // zod's messages in all languages; the English ones are imported by themselves.
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};
