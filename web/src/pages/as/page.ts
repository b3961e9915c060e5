import type { Page } from '../registry';

export default {
  path: '/as/{name}',
  title: { en: 'Network (AS)', ja: 'ネットワーク (AS)' },
  icon: 'search',
  role: 'viewer',
  load: () => import('../entity').then((each) => ({ default: each.AsPage })),
} satisfies Page;
