// All the state of a screen. Views are functions of these signals; only this file and the connection write them.
import { computed, signal, type Signal } from '@preact/signals';
import { asAgents, asIntervals, asQueues, asSite, asStaffing, asStrip, asTeams } from '../wire/message';
import type { JsonObject } from '../wire/json';
import type { AgentsView, Feed, IntervalsView, QueuesView, SiteView, StaffingView, StripView, TeamsView } from '../wire/types';
import type { Sink } from '../net/connection';
import { clock, monotonic, now, retick } from './time';

export const DISCONNECTED_AFTER_MS = 3000;

export const site = signal<SiteView | undefined>(undefined);
export const queues = signal<QueuesView | undefined>(undefined);
export const teams = signal<TeamsView | undefined>(undefined);
export const strip = signal<StripView | undefined>(undefined);
export const staffing = signal<StaffingView | undefined>(undefined);
export const intervals = signal<IntervalsView | undefined>(undefined);
const agentViews = new Map<string, Signal<AgentsView | undefined>>();

/** The agents of a team, or of all teams. */
export function agentsOf(team: string | undefined): Signal<AgentsView | undefined> {
  const name = team === undefined ? 'agents' : `agents/${team}`;
  let view = agentViews.get(name);
  if (!view) {
    view = signal(undefined);
    agentViews.set(name, view);
  }
  return view;
}

export const feed = signal<Feed | undefined>(undefined);
export const siteName = signal<string | undefined>(undefined);

/** The line: `at` is when it came to be so (monotonic); `asOf` the server's time of the last frame. */
export interface Line {
  readonly up: boolean;
  readonly at: number;
  readonly asOf: number | undefined;
}
export const line = signal<Line>({ up: false, at: monotonic(), asOf: undefined });
export const refused = signal<{ readonly code: string; readonly text: string } | undefined>(undefined);

export type Health =
  | { readonly kind: 'live' }
  | { readonly kind: 'disconnected'; readonly asOf: number | undefined }
  | { readonly kind: 'stale'; readonly since: number; readonly asOf: number | undefined }
  | { readonly kind: 'catching-up'; readonly since: number; readonly asOf: number | undefined; readonly progress?: number }
  | { readonly kind: 'incomplete'; readonly since: number };

function judge(): Health {
  const { up, at, asOf } = line.value;
  if (!up) {
    // Looked at again every second.
    now.value;
    if (monotonic() - at >= DISCONNECTED_AFTER_MS) return { kind: 'disconnected', asOf };
  }
  const f = feed.value;
  switch (f?.status) {
    case 'stale': return { kind: 'stale', since: f.since, asOf: f.since };
    case 'catching-up': return { kind: 'catching-up', since: f.since, asOf: undefined, ...(f.progress === undefined ? {} : { progress: f.progress }) };
    case 'incomplete': return { kind: 'incomplete', since: f.incomplete_since ?? f.since };
    default: return { kind: 'live' };
  }
}

function sameHealth(a: Health, b: Health): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

let lastHealth: Health = { kind: 'live' };
/** Whether the figures may be believed; the same object while nothing changes. */
export const health = computed<Health>(() => {
  const next = judge();
  if (!sameHealth(lastHealth, next)) lastHealth = next;
  return lastHealth;
});

/** The time the figures are of: now, or, when they are old, the moment they were last known. Nothing counts up from then. */
export const figuresAt = computed(() => {
  const h = health.value;
  const at = now.value;
  return (h.kind === 'disconnected' || h.kind === 'stale') && h.asOf !== undefined ? Math.min(at, h.asOf) : at;
});

/** True once the screen has something to show. */
export const loaded = computed(() => site.value !== undefined);

let heardAt: number | undefined;

function takeSite(doc: JsonObject): void {
  const view = asSite(doc);
  if (!view) return;
  const before = site.peek()?.feed;
  const told = view.feed;
  site.value = view;
  // The feed comes twice, in the view and as a message: the newest of both counts.
  if (told && (!before || before.status !== told.status || before.since !== told.since || before.incomplete_since !== told.incomplete_since)) feed.value = told;
}

function takeView(name: string, doc: JsonObject): void {
  switch (name) {
    case 'site': return takeSite(doc);
    case 'queues': queues.value = asQueues(doc) ?? queues.peek(); return;
    case 'teams': teams.value = asTeams(doc) ?? teams.peek(); return;
    case 'strip': strip.value = asStrip(doc) ?? strip.peek(); return;
    case 'staffing': staffing.value = asStaffing(doc) ?? staffing.peek(); return;
    case 'intervals': intervals.value = asIntervals(doc) ?? intervals.peek(); return;
    default: {
      const view = name === 'agents' ? agentsOf(undefined) : name.startsWith('agents/') ? agentsOf(name.slice(7)) : undefined;
      if (view) view.value = asAgents(doc) ?? view.peek();
    }
  }
}

/** Where the connection puts what it learns. AGAIN is called after each further greeting. */
export function makeSink(again: (server: string) => void): Sink {
  return {
    hello(message, before) {
      line.value = { up: true, at: monotonic(), asOf: clock.now() };
      refused.value = undefined;
      siteName.value = siteName.peek() ?? message.site ?? message.sites?.[0];
      retick();
      if (before) again(message.server);
    },
    lost() {
      if (line.peek().up) line.value = { up: false, at: monotonic(), asOf: heardAt };
    },
    view: takeView,
    feed(message) {
      feed.value = message;
    },
    heard() {
      heardAt = clock.now();
    },
    refused(code, text) {
      refused.value = { code, text };
    },
  };
}
