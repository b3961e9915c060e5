import type { Page } from '../registry';

export default {
  path: '/atlas',
  key: 'a',
  title: { en: 'Atlas', ja: 'アトラス' },
  icon: 'map',
  order: 20,
  group: 'live',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
