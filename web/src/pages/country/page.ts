import type { Page } from '../registry';

export default {
  path: '/country/{name}',
  title: { en: 'Country', ja: '国・地域' },
  icon: 'search',
  role: 'viewer',
  load: () => import('../entity').then((each) => ({ default: each.CountryPage })),
} satisfies Page;
