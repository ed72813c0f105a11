import { runKrillsync } from './command.ts';

process.exitCode = await runKrillsync(process.argv.slice(2), process);
// A read that hangs in a network file system would keep the process.
process.exit();
