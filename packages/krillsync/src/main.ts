import packageJson from '../package.json' with { type: 'json' };
import { runKrillsync } from './command.ts';
import { endProcess } from './end-process.ts';

const { stdout, stderr } = process;
const { version } = packageJson;
const code = await runKrillsync(process.argv.slice(2), { stdout, stderr, version });
await endProcess(code);
