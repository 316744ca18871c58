// What the address says: language, theme, site, boards, pace.
import { signal } from '@preact/signals';

export type Lang = 'zh-CN' | 'en';
export type Theme = 'dark' | 'light';

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'pair' }
  | { readonly page: 'wall'; readonly boards: readonly string[]; readonly every: number | undefined }
  | { readonly page: 'missing'; readonly path: string };

export function parseLang(query: string | null, browser: readonly string[]): Lang {
  for (const wish of query ? [query, ...browser] : browser) {
    if (/^zh\b/i.test(wish)) return 'zh-CN';
    if (/^en\b/i.test(wish)) return 'en';
  }
  return 'en';
}

export function parseTheme(query: string | null): Theme {
  return query === 'light' ? 'light' : 'dark';
}

export function parseRoute(path: string, query: URLSearchParams): Route {
  if (path === '/' || path === '/index.html') return { page: 'home' };
  if (/^\/pair\/?$/.test(path)) return { page: 'pair' };
  const wall = /^\/wall\/([^/]+)\/?$/.exec(path);
  if (!wall) return { page: 'missing', path };
  let names: string;
  try {
    names = decodeURIComponent(wall[1] ?? '');
  } catch {
    return { page: 'missing', path };
  }
  const boards = [...new Set(names.split(',').map((name) => name.trim()).filter(Boolean))].slice(0, 24);
  if (!boards.length) return { page: 'missing', path };
  const every = Number(query.get('every'));
  return { page: 'wall', boards, every: Number.isFinite(every) && every >= 1 ? Math.min(3600, Math.max(2, Math.round(every))) : undefined };
}

export const lang = signal<Lang>('en');
export const theme = signal<Theme>('dark');

/** The same address with these parameters set; null takes one out. */
export function withQuery(changes: { readonly [key: string]: string | null }, path = location.pathname): string {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
