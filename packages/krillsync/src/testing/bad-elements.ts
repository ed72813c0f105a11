/** One object as it stands in a snapshot or delta. */
export const object = (uri: string, content = 'QUJD'): string =>
  `<publish uri="${uri}">${content}</publish>`;
export const good = 'rsync://repo.example.net/repo/good.roa';

/** Each of them would be written outside, or somewhere else than it says. */
export const badUris = [
  'rsync://h/m/../evil.roa',
  'rsync://h/m/../../../evil.roa',
  'rsync://h/m/a/../../../../evil.roa',
  'rsync://h/../evil.roa',
  'rsync://../m/evil.roa',
  'rsync://../../evil.roa',
  'rsync://h/m//tmp/evil.roa',
  'rsync://h/m/./evil.roa',
  'rsync://h/m/evil.roa/',
  'rsync://h/m/..\\evil.roa',
  'rsync://h/m/evil\troa',
  `rsync://h/m/evil${'l'.repeat(260)}.roa`,
  'file:///tmp/evil.roa',
  '/tmp/evil.roa',
  'evil.roa',
];
