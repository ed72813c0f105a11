import { DeadlineError, runCommand } from '../run.ts';

const answerDeadlineMs = 3000;
/** grep's exit codes when nothing matched, and when a file could not be read. */
const grepAnswers = [1, 2];

/**
 * The copies that the client of a mounted volume is connected to, as it says itself below `.meta`:
 * "HOST:PATH" each, sorted. No brick is asked for it. Empty when it does not answer in time, and while
 * an earlier question hangs, whose process cannot be killed.
 */
export function copiesProbe(mountPoint: string): () => Promise<readonly string[]> {
  let hangs = false;
  return async () => {
    if (hangs) return [];
    try {
      return await ask(mountPoint);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      hangs = true;
      void error.ended.then(() => {
        hangs = false;
      });
      return [];
    }
  };
}

async function ask(mountPoint: string): Promise<readonly string[]> {
  const files = ['private', 'remote-host', 'remote-subvolume'].map((name) => `--include=${name}`);
  const lines = '^connected = 1$|^[^ []+$';
  // A link to the graph in use, which the last slash follows.
  const active = `${mountPoint}/.meta/graphs/active/`;
  const { stdout } = await runCommand(['grep', '-rsE', lines, ...files, '--', active], {
    deadlineMs: answerDeadlineMs,
    accept: grepAnswers,
  });
  return parseClients(stdout);
}

const said = /\/([^/]+-client-\d+)\/(?:options\/)?(private|remote-host|remote-subvolume):(.+)$/;

/** Of "FILE:LINE" for each client of the graph: whether it is connected, and to what. */
export function parseClients(text: string): readonly string[] {
  const clients = new Map<string, Readonly<Record<string, string>>>();
  for (const line of text.split('\n')) {
    const [, client = '', key = '', value = ''] = said.exec(line) ?? [];
    if (client !== '') clients.set(client, { ...clients.get(client), [key]: value });
  }
  return [...clients.values()]
    .filter((client) => client.private === 'connected = 1')
    .map((client) => `${client['remote-host']}:${client['remote-subvolume']}`)
    .sort();
}
