// The leaders' views as signals: alerts, shifts, breaches, grants, walk, policy. Only the line writes them.
import { computed, signal } from '@preact/signals';
import {
  asAlerts, asAttendance, asBreaches, asGrants, asPolicy, asShifts, asWalk,
  type Alert, type Attendance, type Breach, type Grant, type PolicyView, type Shift, type WalkView,
} from '../wire/console';
import { isObject, type JsonObject } from '../wire/json';
import type { AgentView } from '../wire/types';
import { agentsOf, site, teams } from './wall';

export const CONSOLE_VIEWS = ['site', 'teams', 'queues', 'agents', 'staffing', 'alerts', 'shifts', 'breaches', 'grants', 'walk', 'policy'] as const;

/** What anybody may see who may see the walls. */
export const OPEN_VIEWS = ['site', 'teams', 'queues', 'agents'] as const;

type Table<T> = { readonly [id: string]: T };

export const alerts = signal<Table<Alert> | undefined>(undefined);
export const shifts = signal<Table<Shift> | undefined>(undefined);
export const breaches = signal<Table<Breach> | undefined>(undefined);
export const grants = signal<Table<Grant> | undefined>(undefined);
export const walk = signal<WalkView | undefined>(undefined);
export const policy = signal<PolicyView | undefined>(undefined);
export const attendance = signal<Attendance | undefined>(undefined);
export const teamAttendance = signal<Table<Attendance>>({});

/** Takes a view that is the console's own. False: it is one of the wall's. */
export function takeConsoleView(name: string, doc: JsonObject): boolean {
  switch (name) {
    case 'alerts': alerts.value = asAlerts(doc) ?? alerts.peek(); return true;
    case 'shifts': shifts.value = asShifts(doc) ?? shifts.peek(); return true;
    case 'breaches': breaches.value = asBreaches(doc) ?? breaches.peek(); return true;
    case 'grants': grants.value = asGrants(doc) ?? grants.peek(); return true;
    case 'walk': walk.value = asWalk(doc); return true;
    case 'policy': policy.value = asPolicy(doc); return true;
    case 'site': attendance.value = asAttendance(doc['attendance']); return false;
    case 'teams': {
      const all = doc['attendance'];
      teamAttendance.value = isObject(all) ? Object.fromEntries(Object.entries(all).flatMap(([id, one]) => {
        const a = asAttendance(one);
        return a ? [[id, a] as const] : [];
      })) : {};
      return false;
    }
    default: return false;
  }
}

export const agents = computed<Table<AgentView> | undefined>(() => agentsOf(undefined).value?.agents);

/** Who somebody is, from whichever view knows it. */
export interface Who {
  readonly id: string;
  readonly name?: string | undefined;
  readonly seat?: string | undefined;
  readonly team?: string | undefined;
}

const shiftsByAgent = computed(() => {
  const by = new Map<string, (Shift & { readonly key: string })[]>();
  for (const [key, shift] of Object.entries(shifts.value ?? {})) {
    const list = by.get(shift.agent);
    if (list) list.push({ ...shift, key });
    else by.set(shift.agent, [{ ...shift, key }]);
  }
  for (const list of by.values()) list.sort((a, b) => a.start - b.start);
  return by;
});

/** The shifts of this business day; the view has those of the days around it too. */
export const shiftsToday = computed<Table<Shift> | undefined>(() => {
  const { day_start: from, day_end: to } = site.value ?? {};
  const all = shifts.value;
  if (!all || from === undefined || to === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([, s]) => s.start < to && s.end > from));
});

/** Somebody should be here at AT and is not. */
export function isMissed(shift: Shift, at: number): boolean {
  return at < shift.end && (shift.status === 'not_yet' || shift.status === 'absent' || (shift.status === 'out' && at >= shift.start));
}

/** A shift of this business day that counts as absent: also of somebody who came too late for it. */
export function isAbsent(shift: Shift): boolean {
  return shift.attended === false && shift.start >= (site.value?.day_start ?? -Infinity);
}

/** The shifts of an agent in the order of the day. */
export function shiftsOf(agent: string): readonly (Shift & { readonly key: string })[] {
  return shiftsByAgent.value.get(agent) ?? [];
}

/** The shift an agent is in at AT, else the next one, else the last. */
export function shiftAt(agent: string, at: number): (Shift & { readonly key: string }) | undefined {
  const list = shiftsOf(agent);
  return list.find((s) => s.start <= at && at < s.end) ?? list.find((s) => s.start > at) ?? list[list.length - 1];
}

/** The next shift of an agent that has not begun at AT: only such can be swapped. */
export function nextShift(agent: string, at: number): (Shift & { readonly key: string }) | undefined {
  return shiftsOf(agent).find((s) => s.start > at);
}

export function whoOf(id: string, more?: Partial<Who>): Who {
  const agent = agents.value?.[id];
  const shift = shiftsByAgent.value.get(id)?.[0];
  return {
    id, name: agent?.name ?? more?.name ?? shift?.name, seat: agent?.seat ?? more?.seat ?? shift?.seat,
    team: agent?.team ?? more?.team ?? shift?.team,
  };
}

/** Everybody known: signed in or in today's roster. */
export const everybody = computed<readonly Who[]>(() => {
  const ids = new Set([...Object.keys(agents.value ?? {}), ...shiftsByAgent.value.keys()]);
  return [...ids].sort(COLLATE.compare).map((id) => whoOf(id));
});

export const COLLATE = new Intl.Collator('en', { numeric: true });

export function teamName(id: string | undefined): string {
  return id === undefined || id === '' ? '' : (teams.value?.teams[id]?.name ?? id);
}

/** All teams that anybody is in. */
export const teamIds = computed<readonly string[]>(() => {
  const ids = new Set(Object.keys(teams.value?.teams ?? {}));
  for (const s of Object.values(shifts.value ?? {})) if (s.team) ids.add(s.team);
  return [...ids].sort(COLLATE.compare);
});

/** Whether WORDS (as typed) are all found in what is known of somebody. */
export function matches(who: Who, words: string): boolean {
  const text = `${who.id} ${who.name ?? ''} ${who.seat ?? ''} ${who.team ?? ''} ${teamName(who.team)}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** How long each break may be where any count is allowed. */
export const breakEach = computed<number | undefined>(() => {
  const list = policy.value?.rules['break.allowances']?.limits?.['list_ms'];
  const each: unknown = Array.isArray(list) ? list[0] : undefined;
  return typeof each === 'number' ? each : undefined;
});

/** Breaches that nobody has decided upon and no grant covers, the oldest first. */
export const undecided = computed(() => Object.entries(breaches.value ?? {})
  .filter(([, b]) => !b.decision && !b.excused)
  .sort(([, a], [, b]) => a.at - b.at));

export const unacked = computed(() => Object.entries(alerts.value ?? {}).filter(([, a]) => a.acked_at === undefined && a.acked_by === undefined));
