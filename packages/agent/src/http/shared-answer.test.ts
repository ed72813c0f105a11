import { describe, expect, test } from '@jest/globals';
import { sharedAnswer } from './shared-answer.ts';

const world = () => {
  const questions: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  const time = { now: 0 };
  const ask = sharedAnswer(
    () =>
      new Promise<string>((resolve, reject) => {
        questions.push({ resolve, reject });
      }),
    { now: () => time.now },
    1000,
  );
  return { ask, questions, time };
};

describe('an answer is shared', () => {
  test('by all who ask while it is awaited, however long that takes', async () => {
    const { ask, questions, time } = world();
    const first = ask();
    time.now = 60_000;
    const second = ask();
    questions[0]?.resolve('ready');
    expect(await Promise.all([first, second])).toEqual(['ready', 'ready']);
    expect(questions).toHaveLength(1);
  });

  test('by those who ask within the time after the question, not later', async () => {
    const { ask, questions, time } = world();
    const first = ask();
    questions[0]?.resolve('old');
    await first;
    time.now = 999;
    expect(await ask()).toBe('old');
    time.now = 1000;
    const later = ask();
    questions[1]?.resolve('new');
    expect(await later).toBe('new');
  });

  test('but a failure is told only to those who waited for it', async () => {
    const { ask, questions } = world();
    const first = ask();
    questions[0]?.reject(new Error('Docker is down'));
    await expect(first).rejects.toThrow('Docker is down');
    const again = ask();
    questions[1]?.resolve('ready');
    expect(await again).toBe('ready');
  });
});
