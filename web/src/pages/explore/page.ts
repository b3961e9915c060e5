import type { Page } from '../registry';

export default {
  path: '/explore',
  key: 'x',
  title: { en: 'Explore', ja: '探索' },
  icon: 'search',
  order: 110,
  group: 'search',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
