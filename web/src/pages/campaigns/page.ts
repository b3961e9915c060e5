import type { Page } from '../registry';

export default {
  path: '/campaigns',
  key: 'p',
  title: { en: 'Campaigns', ja: 'キャンペーン' },
  icon: 'group',
  order: 60,
  group: 'search',
  role: 'viewer',
  load: () => import('.'),
} satisfies Page;
