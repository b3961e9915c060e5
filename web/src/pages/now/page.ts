import type { Page } from '../registry';

export default {
  path: '/now',
  key: 'n',
  title: { en: 'Now', ja: '現況' },
  icon: 'now',
  order: 10,
  group: 'live',
  role: 'guest',
  load: () => import('.'),
} satisfies Page;
