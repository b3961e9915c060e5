import type { Page } from '../registry';

export default {
  path: '/port/{name}/{protocol}',
  title: { en: 'Port', ja: 'ポート' },
  icon: 'search',
  role: 'viewer',
  load: () => import('../entity').then((each) => ({ default: each.PortPage })),
} satisfies Page;
