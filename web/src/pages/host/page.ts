import type { Page } from '../registry';

export default {
  path: '/host/{name}',
  title: { en: 'Address', ja: 'アドレス' },
  icon: 'search',
  role: 'viewer',
  load: () => import('../entity').then((each) => ({ default: each.HostPage })),
} satisfies Page;
