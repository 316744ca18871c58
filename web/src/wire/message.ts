// Decodes what the server sends: the only place where the wire's JSON becomes typed data.
import { isObject, type Json, type JsonObject } from './json';
import type {
  AgentsView, Feed, FeedStatus, Hello, IntervalsView, QueuesView, SiteView, StaffingView, StripView, TeamsView, Times,
} from './types';

export type Message =
  | Hello
  | { op: 'full'; view: string; ver: string; doc: JsonObject }
  | { op: 'patch'; view: string; ver: string; base: string; patch: JsonObject }
  | { op: 'feed'; feed: Feed }
  | { op: 'pong'; t: number; now: number }
  | { op: 'screen'; board?: string; reload?: true }
  | { op: 'error'; code: string; text: string };

const STATUSES: readonly string[] = ['live', 'stale', 'catching-up', 'incomplete'];

function isNumber(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function decodeFeed(o: JsonObject): Feed | undefined {
  const status = text(o['status']);
  if (!STATUSES.includes(status) || !isNumber(o['since'])) return undefined;
  return {
    status: status as FeedStatus,
    since: o['since'],
    ...(isNumber(o['last_event']) ? { last_event: o['last_event'] } : {}),
    ...(isNumber(o['progress']) ? { progress: o['progress'] } : {}),
    ...(isNumber(o['incomplete_since']) ? { incomplete_since: o['incomplete_since'] } : {}),
  };
}

function decodeView(o: JsonObject): Message | undefined {
  const view = text(o['view']);
  const ver = text(o['ver']);
  if (!view || !ver) return undefined;
  if (isObject(o['full'])) return { op: 'full', view, ver, doc: o['full'] };
  const base = text(o['base']);
  if (base && isObject(o['patch'])) return { op: 'patch', view, ver, base, patch: o['patch'] };
  return undefined;
}

/** The message in one frame, or undefined when it is none we know. */
export function decodeMessage(data: unknown): Message | undefined {
  if (typeof data !== 'string') return undefined;
  let o: unknown;
  try {
    o = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(o)) return undefined;
  switch (o['op']) {
    case 'hello': {
      if (!isNumber(o['now'])) return undefined;
      const sites = Array.isArray(o['sites']) ? o['sites'].filter((s: unknown): s is string => typeof s === 'string') : [];
      const site = text(o['site']);
      const screen = isObject(o['screen']) ? { id: text(o['screen']['id']), name: text(o['screen']['name']) } : undefined;
      return {
        op: 'hello', server: text(o['server']), now: o['now'], sites, epoch: text(o['epoch']), ...(site ? { site } : {}),
        ...(screen?.id ? { screen, board: text(o['board']) } : {}),
      };
    }
    case 'view':
      return decodeView(o);
    case 'feed': {
      const feed = decodeFeed(o);
      return feed && { op: 'feed', feed };
    }
    case 'pong':
      return isNumber(o['t']) && isNumber(o['now']) ? { op: 'pong', t: o['t'], now: o['now'] } : undefined;
    case 'screen':
      return { op: 'screen', ...(text(o['board']) ? { board: text(o['board']) } : {}), ...(o['reload'] === true ? { reload: true } : {}) };
    case 'error':
      return { op: 'error', code: text(o['code']), text: text(o['text']) };
    default:
      return undefined;
  }
}

function has(doc: JsonObject, ...members: readonly string[]): boolean {
  return members.every((name) => isObject(doc[name]));
}

/** A document as the view it should be, or undefined when its main members are missing. */
export function asSite(doc: JsonObject): SiteView | undefined {
  return has(doc, 'today', 'interval', 'last15', 'last30', 'last60', 'now', 'service_level', 'indicators')
    ? (doc as unknown as SiteView) : undefined;
}
export function asQueues(doc: JsonObject): QueuesView | undefined {
  return has(doc, 'queues') ? (doc as unknown as QueuesView) : undefined;
}
export function asTeams(doc: JsonObject): TeamsView | undefined {
  return has(doc, 'teams') ? (doc as unknown as TeamsView) : undefined;
}
export function asStrip(doc: JsonObject): StripView | undefined {
  return has(doc, 'alerts', 'breaks') ? (doc as unknown as StripView) : undefined;
}
export function asAgents(doc: JsonObject): AgentsView | undefined {
  return has(doc, 'agents') ? (doc as unknown as AgentsView) : undefined;
}
export function asIntervals(doc: JsonObject): IntervalsView | undefined {
  return has(doc, 'intervals') && isNumber(doc['interval_ms']) ? (doc as unknown as IntervalsView) : undefined;
}

export function asStaffing(doc: JsonObject): StaffingView | undefined {
  return has(doc, 'intervals') ? (doc as unknown as StaffingView) : undefined;
}

export interface TeamHistory {
  readonly start: number;
  readonly teams: readonly Times[];
}

/** GET .../intervals?by=team: the past intervals with the figures of each team. */
export function asTeamHistory(value: unknown): readonly TeamHistory[] {
  if (!isObject(value) || !Array.isArray(value['intervals'])) return [];
  const out: TeamHistory[] = [];
  for (const item of value['intervals'] as readonly Json[]) {
    if (!isObject(item) || !isNumber(item['start_ms']) || !isObject(item['teams'])) continue;
    out.push({ start: item['start_ms'], teams: Object.values(item['teams']).filter(isObject) as unknown as readonly Times[] });
  }
  return out;
}
