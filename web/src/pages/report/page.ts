import type { Page } from '../registry';

export default {
  path: '/report',
  key: 'r',
  title: { en: 'Reports', ja: 'レポート' },
  icon: 'report',
  order: 200,
  group: 'house',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
