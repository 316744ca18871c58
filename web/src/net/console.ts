// What the console asks of the daemon and records with it. Every call ends: with an answer, or with a problem to show.
import { asProblem, type Problem } from '../wire/console';
import { isObject, type Json, type JsonObject } from '../wire/json';

export type Answer = { readonly ok: true; readonly doc: unknown } | { readonly ok: false; readonly problem: Problem };

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly json?: JsonObject;
  readonly csv?: string;
}

const READ_WITHIN_MS = 15_000;
// A write answers when it is on disk; a roster recomputes a day first.
const WRITE_WITHIN_MS = 30_000;

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch {
    return undefined;
  }
}

/** Sends REQUEST. Never throws: what did not come back is a problem with status 0. */
export async function call(request: Request): Promise<Answer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), request.method === 'GET' ? READ_WITHIN_MS : WRITE_WITHIN_MS);
  const type = request.csv !== undefined ? 'text/csv' : request.method === 'GET' ? undefined : 'application/json';
  const body = request.csv ?? (request.method === 'GET' ? undefined : JSON.stringify(request.json ?? {}));
  try {
    const response = await fetch(request.path, {
      method: request.method, signal: abort.signal, cache: 'no-store', credentials: 'same-origin',
      headers: { accept: 'application/json', ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    });
    const doc = await bodyOf(response);
    if (response.ok) return { ok: true, doc };
    const retry = Number(response.headers.get('retry-after'));
    return { ok: false, problem: { ...asProblem(response.status, doc), ...(retry > 0 ? { retry } : {}) } };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'AbortError';
    return { ok: false, problem: { status: 0, title: request.method === 'GET' ? 'read' : timedOut ? 'timeout' : 'network', detail: '', faults: [] } };
  } finally {
    clearTimeout(timer);
  }
}

export function sitePath(site: string, path: string, query?: { readonly [key: string]: string }): string {
  const text = query ? `?${new URLSearchParams(query).toString()}` : '';
  return `/api/v1/sites/${encodeURIComponent(site)}/${path}${text}`;
}

/** OBJECT as JSON to send: without what is undefined. */
export function jsonOf(object: { readonly [key: string]: Json | undefined }): JsonObject {
  const entries = Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  const out: JsonObject = Object.fromEntries(entries);
  return isObject(out) ? out : {};
}
