// The few things the screen fetches over HTTP.
import { decodeBoard, BoardError, type Board } from '../wire/board';
import { asTeamHistory, type TeamHistory } from '../wire/message';
import { isObject, type Json } from '../wire/json';

export class NotFound extends Error {}

async function getJson(path: string): Promise<unknown> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  try {
    const response = await fetch(path, { signal: abort.signal, cache: 'no-cache', headers: { accept: 'application/json' } });
    if (response.status === 404) throw new NotFound(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as unknown;
  } finally {
    clearTimeout(timer);
  }
}

/** The names of the boards there are. */
export async function fetchBoardNames(): Promise<readonly string[]> {
  const doc = await getJson('/api/v1/boards');
  if (!isObject(doc) || !Array.isArray(doc['boards'])) throw new Error('boards');
  return (doc['boards'] as readonly Json[]).filter((name): name is string => typeof name === 'string');
}

/** One board, checked. Throws NotFound, BoardError, or what fetch throws. */
export async function fetchBoard(name: string): Promise<Board> {
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/.test(name)) throw new NotFound(name);
  return decodeBoard(await getJson(`/api/v1/boards/${name}`), name);
}

/** The teams' figures of the intervals since FROM (epoch ms); empty when the daemon has none. */
export async function fetchTeamHistory(site: string, from: number, to: number): Promise<readonly TeamHistory[]> {
  const query = new URLSearchParams({ by: 'team', from: new Date(from).toISOString(), to: new Date(to).toISOString(), format: 'json' });
  return asTeamHistory(await getJson(`/api/v1/sites/${encodeURIComponent(site)}/intervals?${query.toString()}`));
}

/** What names the running web application: the ETag of its page. */
export async function fetchPageTag(): Promise<string> {
  const response = await fetch('/', { method: 'HEAD', cache: 'no-store' });
  return response.ok ? (response.headers.get('etag') ?? '') : '';
}

export { BoardError };
