// Boards: what web/boards/README.md says, checked.
import { isObject, type Json, type JsonObject } from './json';
import { INDICATORS, WINDOWS, type IndicatorName, type WindowName } from './types';

export interface Text {
  readonly 'zh-CN': string;
  readonly en: string;
}

export const QUEUE_COLUMNS = [
  'waiting', 'longest_wait', 'offered', 'answered', 'abandoned', 'exited', 'answer_rate', 'abandon_rate',
  'service_level', 'asa', 'att', 'acw', 'aht', 'staffed', 'ready', 'handling',
] as const;
export type QueueColumn = (typeof QUEUE_COLUMNS)[number];

export const TOTALS = [
  'offered', 'answered', 'abandoned', 'short_abandoned', 'exited', 'handled', 'waiting', 'answer_rate', 'abandon_rate',
  'service_level', 'asa', 'awt_abandoned', 'att', 'hold_avg', 'acw', 'aht', 'longest_wait', 'wait_p50', 'wait_p90',
  'wait_p95', 'staffed',
] as const;
export type TotalsFigure = (typeof TOTALS)[number];

export const SERIES = ['offered', 'answered', 'abandoned', 'service_level', 'answer_rate'] as const;
export type SeriesName = (typeof SERIES)[number];

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly title?: Text;
}

export type Widget = Place & (
  | { readonly type: 'indicators'; readonly show?: readonly IndicatorName[]; readonly diagnosis?: boolean }
  | { readonly type: 'service_level'; readonly window?: WindowName; readonly queue?: string }
  | {
      readonly type: 'queue_table'; readonly queues?: readonly string[]; readonly groups?: boolean; readonly window?: WindowName;
      readonly sort?: 'id' | 'name' | 'waiting' | 'service_level'; readonly columns?: readonly QueueColumn[];
    }
  | { readonly type: 'waiting'; readonly queues?: readonly string[]; readonly list?: boolean; readonly count?: number }
  | { readonly type: 'agent_states'; readonly team?: string; readonly show?: 'both' | 'bar' | 'counts' }
  | {
      readonly type: 'agent_grid'; readonly team?: string; readonly group_by?: 'team' | 'none'; readonly sort?: 'id' | 'state' | 'time';
      readonly label?: 'auto' | 'name' | 'seat' | 'id'; readonly offline?: boolean;
    }
  | { readonly type: 'intraday'; readonly series?: readonly SeriesName[] }
  | { readonly type: 'teams'; readonly teams?: readonly string[]; readonly window?: 'today' | 'interval'; readonly rank?: 'handled' | 'attendance' | 'adherence' }
  | { readonly type: 'skill_panels'; readonly queues?: readonly string[]; readonly window?: WindowName }
  | { readonly type: 'totals'; readonly window?: WindowName; readonly queue?: string; readonly figures?: readonly TotalsFigure[] }
  | { readonly type: 'attendance'; readonly team?: string }
  | { readonly type: 'staffing'; readonly show?: 'all' | 'numbers' | 'agents' | 'calls' }
  | { readonly type: 'alerts' }
  | { readonly type: 'breaks'; readonly team?: string }
  | { readonly type: 'walk' }
  | { readonly type: 'notices'; readonly kinds?: readonly ('notices' | 'alarms')[] }
  | { readonly type: 'clock'; readonly seconds?: boolean; readonly date?: boolean }
  | { readonly type: 'feed'; readonly counters?: boolean }
);

export type WidgetType = Widget['type'];
export type WidgetOf<T extends WidgetType> = Extract<Widget, { type: T }>;

export interface Page {
  readonly title?: Text;
  readonly columns?: number;
  readonly rows?: number;
  readonly seconds?: number;
  readonly widgets: readonly Widget[];
}

export interface Board {
  readonly name: string;
  readonly title: Text;
  readonly header?: boolean;
  readonly every?: number;
  readonly pages: readonly Page[];
}

export class BoardError extends Error {}

type Check = (value: Json, at: string) => void;

function fail(at: string, what: string): never {
  throw new BoardError(`${at}: ${what}`);
}

function integer(min: number, max: number): Check {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) fail(at, `an integer of ${min} to ${max}`);
  };
}

const boolean: Check = (value, at) => {
  if (typeof value !== 'boolean') fail(at, 'true or false');
};

function string(max: number): Check {
  return (value, at) => {
    if (typeof value !== 'string' || !value.length || [...value].length > max) fail(at, `a string of 1 to ${max} characters`);
  };
}

function oneOf(...values: readonly string[]): Check {
  return (value, at) => {
    if (typeof value !== 'string' || !values.includes(value)) fail(at, `one of ${values.join(', ')}`);
  };
}

function list(max: number, each: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value) || !value.length || value.length > max) fail(at, `an array of 1 to ${max}`);
    const items: readonly Json[] = value as readonly Json[];
    items.forEach((item, i) => each(item, `${at}[${i}]`));
    if (new Set(items).size !== items.length) fail(at, 'no member twice');
  };
}

const text: Check = (value, at) => object(value, at, { 'zh-CN': string(80), en: string(80) }, ['zh-CN', 'en']);
const id = string(64);
const ids = list(100, id);
const window_ = oneOf(...WINDOWS);
const subset = (values: readonly string[], max = values.length): Check => list(max, oneOf(...values));

function object(value: Json, at: string, keys: { readonly [key: string]: Check }, required: readonly string[]): void {
  if (!isObject(value)) fail(at, 'an object');
  for (const key of required) if (value[key] === undefined) fail(at, `"${key}" is missing`);
  for (const key of Object.keys(value)) {
    const check = Object.prototype.hasOwnProperty.call(keys, key) ? keys[key] : undefined;
    if (!check) fail(at, `unknown key "${key}"`);
    check(value[key] ?? null, `${at}.${key}`);
  }
}

const OPTIONS: { readonly [T in WidgetType]: { readonly [key: string]: Check } } = {
  indicators: { show: subset(INDICATORS), diagnosis: boolean },
  service_level: { window: window_, queue: id },
  queue_table: {
    queues: ids, groups: boolean, window: window_, sort: oneOf('id', 'name', 'waiting', 'service_level'), columns: subset(QUEUE_COLUMNS, 12),
  },
  waiting: { queues: ids, list: boolean, count: integer(1, 20) },
  agent_states: { team: id, show: oneOf('both', 'bar', 'counts') },
  agent_grid: {
    team: id, group_by: oneOf('team', 'none'), sort: oneOf('id', 'state', 'time'), label: oneOf('auto', 'name', 'seat', 'id'), offline: boolean,
  },
  intraday: { series: subset(SERIES) },
  teams: { teams: ids, window: oneOf('today', 'interval'), rank: oneOf('handled', 'attendance', 'adherence') },
  skill_panels: { queues: ids, window: window_ },
  totals: { window: window_, queue: id, figures: subset(TOTALS, 12) },
  attendance: { team: id },
  staffing: { show: oneOf('all', 'numbers', 'agents', 'calls') },
  alerts: {},
  breaks: { team: id },
  walk: {},
  notices: { kinds: subset(['notices', 'alarms']) },
  clock: { seconds: boolean, date: boolean },
  feed: { counters: boolean },
};

function isType(value: Json | undefined): value is WidgetType {
  return typeof value === 'string' && Object.prototype.hasOwnProperty.call(OPTIONS, value);
}

const place = { type: () => undefined, x: integer(0, 47), y: integer(0, 47), w: integer(1, 48), h: integer(1, 48), title: text };

function widget(value: Json, at: string): void {
  if (!isObject(value)) fail(at, 'an object');
  const type = value['type'];
  if (!isType(type)) fail(`${at}.type`, `one of ${Object.keys(OPTIONS).join(', ')}`);
  object(value, at, { ...place, ...OPTIONS[type] }, ['type', 'x', 'y', 'w', 'h']);
}

function page(value: Json, at: string): void {
  const widgets: Check = (v, where) => {
    if (!Array.isArray(v) || !v.length || v.length > 40) fail(where, 'an array of 1 to 40');
    (v as readonly Json[]).forEach((item, i) => widget(item, `${where}[${i}]`));
  };
  object(value, at, { title: text, columns: integer(1, 48), rows: integer(1, 48), seconds: integer(5, 3600), widgets }, ['widgets']);
  const { columns = 12, rows = 12, widgets: placed } = value as unknown as Page;
  placed.forEach((a, i) => {
    const where = `${at}.widgets[${i}]`;
    if (a.x + a.w > columns) fail(where, `reaches past column ${columns}`);
    if (a.y + a.h > rows) fail(where, `reaches past row ${rows}`);
    placed.slice(0, i).forEach((b, j) => {
      if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h) fail(where, `overlaps widgets[${j}]`);
    });
  });
}

/** The board in VALUE, or a BoardError that says which key breaks which rule. NAME, if given, is what it must be called. */
export function decodeBoard(value: unknown, name?: string): Board {
  const boardName: Check = (v, at) => {
    if (typeof v !== 'string' || !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(v)) fail(at, 'a name of a-z, 0-9, _ and -, at most 32 characters');
    if (name !== undefined && v !== name) fail(at, `must be "${name}"`);
  };
  const pages: Check = (v, at) => {
    if (!Array.isArray(v) || !v.length || v.length > 12) fail(at, 'an array of 1 to 12');
    (v as readonly Json[]).forEach((item, i) => page(item, `${at}[${i}]`));
  };
  const doc = value as JsonObject;
  object(doc, 'board', { name: boardName, title: text, header: boolean, every: integer(5, 3600), pages }, ['name', 'title', 'pages']);
  return doc as unknown as Board;
}

/** The views a widget draws from. */
export function viewsOf(widget: Widget): readonly string[] {
  switch (widget.type) {
    case 'indicators': return ['site', 'intervals', 'queues'];
    case 'service_level':
    case 'totals':
    case 'queue_table':
    case 'waiting':
    case 'skill_panels': return ['site', 'queues'];
    case 'agent_states': return widget.team === undefined ? ['site'] : ['site', 'teams'];
    case 'agent_grid': return ['site', 'teams', widget.team === undefined ? 'agents' : `agents/${widget.team}`];
    case 'intraday': return ['site', 'intervals'];
    case 'teams': return ['site', 'teams'];
    case 'attendance': return widget.team === undefined ? ['site'] : ['site', 'teams'];
    case 'staffing': return ['site', 'staffing'];
    case 'alerts':
    case 'breaks':
    case 'walk': return ['site', 'strip'];
    case 'notices':
    case 'clock':
    case 'feed': return ['site'];
  }
}

/** Every view the boards need, each once; `site` always, it carries the clock and the feed. */
export function viewsOfBoards(boards: readonly Board[]): readonly string[] {
  const all = boards.flatMap((b) => b.pages.flatMap((p) => p.widgets.flatMap(viewsOf)));
  return [...new Set(['site', ...all])];
}
