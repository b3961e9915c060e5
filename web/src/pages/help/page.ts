import type { Page } from '../registry';

export default {
  path: '/help',
  key: 'h',
  title: { en: 'Help', ja: 'ヘルプ' },
  icon: 'help',
  order: 290,
  group: 'house',
  role: 'anyone',
  load: () => import('.'),
} satisfies Page;
