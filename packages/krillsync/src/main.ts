import packageJson from '../package.json' with { type: 'json' };
import { runKrillsync } from './command.ts';

const { stdout, stderr } = process;
const { version } = packageJson;
const code = await runKrillsync(process.argv.slice(2), { stdout, stderr, version });
// Not only the exit code: a read that hangs in a network file system would keep the process.
process.exit(code);
