import type { Page } from '../registry';

export default {
  path: '/admin',
  key: 'm',
  title: { en: 'Administration', ja: '管理' },
  icon: 'admin',
  order: 220,
  group: 'house',
  role: 'guest',
  load: () => import('.'),
} satisfies Page;
