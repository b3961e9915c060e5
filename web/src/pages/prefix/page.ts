import type { Page } from '../registry';

export default {
  path: '/prefix/{name}',
  title: { en: 'Prefix', ja: 'プレフィックス' },
  icon: 'search',
  role: 'viewer',
  load: () => import('../entity').then((each) => ({ default: each.PrefixPage })),
} satisfies Page;
