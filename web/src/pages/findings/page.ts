import type { Page } from '../registry';

export default {
  path: '/findings',
  key: 'f',
  title: { en: 'Findings', ja: '検知' },
  icon: 'warn',
  order: 50,
  group: 'search',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
