import type { Page } from '../registry';

export default {
  path: '/wall',
  key: 'w',
  title: { en: 'Wall', ja: '大画面' },
  icon: 'wall',
  order: 280,
  group: 'house',
  role: 'guest',
  load: () => import('.'),
} satisfies Page;
