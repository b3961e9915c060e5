import type { Page } from '../registry';

export default {
  path: '/attacks',
  key: 'd',
  title: { en: 'DoS attacks', ja: 'DoS 攻撃' },
  icon: 'shield',
  order: 70,
  group: 'search',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
