import { createConnection } from 'node:net';

type Answer = 'accepted' | 'refused' | 'none';

/** True when something accepts a connection within a second. */
export const tcpAnswers = async (host: string, port: number): Promise<boolean> =>
  (await knock(host, port)) === 'accepted';

/** True when the machine answers within a second; that nothing listens there is an answer, too. */
export const tcpReaches = async (host: string, port: number): Promise<boolean> =>
  (await knock(host, port)) !== 'none';

function knock(host: string, port: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1000 });
    const finish = (answer: Answer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .on('connect', () => finish('accepted'))
      .on('timeout', () => finish('none'))
      .on('error', (error: NodeJS.ErrnoException) =>
        finish(error.code === 'ECONNREFUSED' ? 'refused' : 'none'),
      );
  });
}
