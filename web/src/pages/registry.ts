// The pages. Each is a folder here: page.ts says where it is and who may see it, index.tsx is the page and comes when it
// is opened. Adding a page is adding a folder.
import type { ComponentType } from 'preact';
import type { Role } from '../api/client';
import type { Text } from '../language';
import type { IconName } from '../look/icons';

export interface Page {
  /** "/now"; parts in braces are given to the page: "/address/{address}". */
  path: string;
  /** The letter behind "g". */
  key?: string;
  title: Text;
  icon: IconName;
  /** Where it stands in the navigation, 10, 20, …; not given: it is not there. */
  order?: number;
  /** The heading above it. */
  group?: 'live' | 'search' | 'house';
  /** Who may see it. */
  role: Role;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}

export interface PageProps {
  /** The parts of the path that stand in braces, decoded. */
  parts: Readonly<Record<string, string>>;
}

const found = import.meta.glob<Page>('./*/page.ts', { eager: true, import: 'default' });
export const pages: readonly Page[] = Object.values(found).sort((a, b) => (a.order ?? 1e9) - (b.order ?? 1e9));

/** The parts of a path as a pattern has them; null: it is another's. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern, path].map((each) => each.split('/').filter((part) => part !== ''));
  if (!wanted || !given || wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [i, each] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(each)?.[1];
    const value = given[i] ?? '';
    if (name === undefined && each !== value) return null;
    try {
      if (name !== undefined) parts[name] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return parts;
}

/** The page at a path; "/" is the first. */
export function findPage(path: string, among: readonly Page[] = pages): { page: Page; parts: Record<string, string> } | null {
  const first = among[0];
  if (path === '/' && first) return { page: first, parts: {} };
  for (const each of among) {
    const parts = match(each.path, path);
    if (parts) return { page: each, parts };
  }
  return null;
}
