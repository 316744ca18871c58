// The few things the screen fetches over HTTP.
import { decodeBoard, BoardError, type Board } from '../wire/board';
import { asTeamHistory, type TeamHistory } from '../wire/message';
import { isObject, type Json, type JsonObject } from '../wire/json';

export class NotFound extends Error {}
/** Whoever asks may not know: they are not signed in, or it is none of their business. */
export class Refused extends Error {}

async function getJson(path: string): Promise<unknown> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  try {
    const response = await fetch(path, { signal: abort.signal, cache: 'no-cache', headers: { accept: 'application/json' } });
    if (response.status === 404) throw new NotFound(path);
    if (response.status === 401 || response.status === 403) throw new Refused(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as unknown;
  } finally {
    clearTimeout(timer);
  }
}

/** Who the server takes us for: a person, a paired screen with its boards, or nobody. */
export interface Standing {
  readonly person: boolean;
  readonly accounts: boolean;
  readonly board: string | undefined;
}

export async function fetchStanding(): Promise<Standing> {
  const doc = await getJson('/api/v1/session');
  if (!isObject(doc)) throw new Error('session');
  const board = isObject(doc['screen']) ? doc['screen']['board'] : undefined;
  return { person: doc['person'] !== undefined && doc['must_change'] !== true, accounts: doc['accounts'] === true, board: typeof board === 'string' ? board : undefined };
}

export interface Posted {
  readonly status: number;
  readonly doc: JsonObject;
  /** How long the server asks to wait, in ms; 0: it does not say. */
  readonly waitMs: number;
}

/** Sends DOC. Never throws: a server that is not reached is status 0. */
export async function postJson(path: string, doc: JsonObject): Promise<Posted> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  try {
    const response = await fetch(path, { method: 'POST', signal: abort.signal, cache: 'no-store', headers: { accept: 'application/json', 'content-type': 'application/json' }, body: JSON.stringify(doc) });
    const answer: unknown = await response.json().catch(() => undefined);
    return { status: response.status, doc: isObject(answer) ? answer : {}, waitMs: (Number(response.headers.get('retry-after')) || 0) * 1000 };
  } catch {
    return { status: 0, doc: {}, waitMs: 0 };
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
