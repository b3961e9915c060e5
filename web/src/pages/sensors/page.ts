import type { Page } from '../registry';

export default {
  path: '/sensors',
  key: 's',
  title: { en: 'Sensors', ja: 'センサー' },
  icon: 'sensor',
  order: 210,
  group: 'house',
  role: 'guest',
  load: () => import('.'),
} satisfies Page;
