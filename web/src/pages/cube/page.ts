import type { Page } from '../registry';

export default {
  path: '/cube',
  key: 'c',
  title: { en: 'Cube', ja: 'キューブ' },
  icon: 'cube',
  order: 30,
  group: 'live',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
