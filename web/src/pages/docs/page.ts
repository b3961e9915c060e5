import type { Page } from '../registry';

export default {
  path: '/docs',
  title: { en: 'Documentation', ja: '文書' },
  icon: 'help',
  role: 'anyone',
  load: () => import('.'),
} satisfies Page;
