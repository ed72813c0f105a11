import { createConnection } from 'node:net';

/** True when something accepts a connection within a second. */
export function tcpAnswers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1000 });
    const finish = (answers: boolean) => () => {
      socket.destroy();
      resolve(answers);
    };
    socket.on('connect', finish(true)).on('timeout', finish(false)).on('error', finish(false));
  });
}
