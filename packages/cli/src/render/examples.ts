/** Shown below the help of the whole. */
export const examples = `
Examples:
  open-cluster-ports --peers 10.0.0.1,10.0.0.3             on each server, with the others: the ports
  krillmanager --slave=1 init                              on each slave, first
  krillmanager --slave-ips=10.0.0.2,10.0.0.3 init          on the master
  krillmanager --slave-ips=10.0.0.2,10.0.0.3 init --dry-run
  krillmanager status
  krillmanager krillc list
  krillmanager help init
  krillmanager help open-cluster-ports

Exit codes: 0 done, 1 failed, 2 usage, 3 needs confirmation, 4 another run holds the lock,
5 did not converge.
`;

const ofCommands: Readonly<Record<string, readonly string[]>> = {
  init: [
    'krillmanager init --slave=1',
    'krillmanager init --slave=1 --master=10.0.0.1 --join-secret-file=/etc/krillmanager/join-secret --wait=600',
    'krillmanager init --join-secret-file=/etc/krillmanager/join-secret --slave-ips=10.0.0.2,10.0.0.3',
    'krillmanager init --slave-ips=10.0.0.2,10.0.0.3 --private',
    'krillmanager init --dry-run --json',
  ],
  status: ['krillmanager status', 'krillmanager status --watch', 'krillmanager status --json'],
  accept: [
    'krillmanager accept --dry-run',
    'krillmanager accept',
    'krillmanager accept --yes --json',
  ],
  start: ['krillmanager start'],
  stop: ['krillmanager stop', 'krillmanager stop --dry-run'],
  restart: ['krillmanager restart', 'krillmanager restart krill'],
  logs: ['krillmanager logs nginx -f --tail=20', 'krillmanager logs agent'],
  leave: ['krillmanager leave --dry-run', 'krillmanager leave', 'krillmanager leave --force --yes'],
  config: ['krillmanager config check', 'krillmanager config show --private'],
  show: ['krillmanager config show', 'krillmanager config show --private --json'],
  check: ['krillmanager config check --config=new.yaml'],
  schema: ['krillmanager config schema > krillmanager.schema.json'],
  nginx: ['krillmanager config nginx --config=caching.yaml >/etc/nginx/nginx.conf'],
  krillc: ['krillmanager krillc list', 'krillc roas list --ca example'],
  version: ['krillmanager version', 'krillmanager version --json'],
};

/** Shown below the help of a command. */
export function examplesOf(command: string): string {
  const lines = ofCommands[command];
  return lines === undefined ? '' : `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
