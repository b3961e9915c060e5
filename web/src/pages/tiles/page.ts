import type { Page } from '../registry';

export default {
  path: '/tiles',
  key: 't',
  title: { en: 'Tiles', ja: 'タイル' },
  icon: 'tiles',
  order: 40,
  group: 'live',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
