// What a leader most likely means: the kind of a grant from the rule that was broken, and its times from the shift.
import { c, type ConsoleKey } from '../../i18n/console';
import type { Form } from '../../store/console_dialog';
import { shiftAt } from '../../store/console_views';
import type { Alert, Breach, GrantKind } from '../../wire/console';
import type { AgentView } from '../../wire/types';

const MINUTE = 60_000;

export function kindOfRule(rule: string | undefined): GrantKind {
  switch (rule) {
    case 'busy': return 'busy';
    case 'away.report': return 'away';
    case 'late': case 'signin.early': case 'signin.after_activity': return 'late';
    case 'absent': return 'leave';
    case 'early_leave': case 'signout.late': case 'signout.inside_shift': return 'early_leave';
    case 'wrapup': case 'hold.each': case 'hold.count': return 'problem';
    default: return rule?.startsWith('break') ? 'break' : 'problem';
  }
}

export function kindOfState(agent: AgentView | undefined): GrantKind {
  switch (agent?.state) {
    case 'break': case 'meal': return 'break';
    case 'busy': return 'busy';
    case 'offline': return 'leave';
    case 'meeting': return 'away';
    default: return 'problem';
  }
}

export type GrantForm = Extract<Form, { kind: 'grant' }>;

/** A form about somebody as they are now. */
export function grantFor(id: string, agent: AgentView | undefined): GrantForm {
  const running = agent !== undefined && agent.state !== 'offline';
  const extend = running && agent.limit_ms !== undefined ? agent.since + agent.limit_ms : undefined;
  return { kind: 'grant', agent: id, grant: kindOfState(agent), ...(running ? { since: agent.since } : {}), ...(extend === undefined ? {} : { extend }) };
}

export function grantForAlert(alert: Alert): GrantForm | undefined {
  if (alert.agent === undefined) return undefined;
  // An alert is since the limit was passed; what is to be covered began before.
  const extend = alert.unit === 'ms' && alert.limit !== undefined ? alert.since ?? alert.opened : undefined;
  const since = extend === undefined ? alert.since ?? alert.opened : extend - (alert.limit ?? 0);
  return { kind: 'grant', agent: alert.agent, grant: kindOfRule(alert.rule), since, ...(extend === undefined ? {} : { extend }) };
}

export function grantForBreach(breach: Breach): GrantForm | undefined {
  if (breach.agent === undefined) return undefined;
  // What is to be covered began before the limit was passed.
  const since = breach.at - (breach.until === undefined ? (breach.limit_ms ?? 0) : 0);
  return { kind: 'grant', agent: breach.agent, grant: kindOfRule(breach.rule), since: Math.min(since, breach.at), ...(breach.until === undefined ? {} : { until: breach.until }) };
}

export interface Period {
  readonly id: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const up = (ms: number): number => Math.ceil(ms / MINUTE) * MINUTE;
const down = (ms: number): number => Math.floor(ms / MINUTE) * MINUTE;

/** The periods to choose from, the likeliest first. Whole minutes, never backwards. */
export function periodsOf(form: GrantForm, kind: GrantKind, now: number): readonly Period[] {
  const agent = form.agent;
  const shift = agent === undefined ? undefined : shiftAt(agent, now);
  const list: Period[] = [];
  const add = (id: string, text: string, from: number, to: number): void => {
    if (to > from) list.push({ id, text, from, to });
  };
  const since = form.since === undefined ? undefined : down(form.since);
  if (kind === 'leave') {
    if (shift) {
      add('whole', c('grant.preset.whole'), shift.start, shift.end);
      add('rest', c('grant.preset.rest'), Math.max(down(now), shift.start), shift.end);
    }
    add('hour', c('grant.preset.hour'), down(now), down(now) + 60 * MINUTE);
    return list;
  }
  if (kind === 'late' && shift) {
    const arrived = shift.late_ms !== undefined && shift.signed_in === true ? shift.start + shift.late_ms : undefined;
    add('this', c('grant.preset.this'), shift.start, up(arrived ?? now + 10 * MINUTE));
    add('plus30', c('grant.preset.plus', { n: 30 }), shift.start, up(Math.max(now, shift.start) + 30 * MINUTE));
    return list;
  }
  if (kind === 'early_leave' && shift) {
    add('shift', c('grant.preset.shift'), Math.max(since ?? down(now), shift.start), shift.end);
    return list;
  }
  if (kind === 'overtime') {
    const end = shift?.end ?? down(now);
    for (const n of [30, 60, 120]) add(`plus${n}`, c('grant.preset.plus', { n }), end, end + n * MINUTE);
    return list;
  }
  const from = since ?? down(now);
  if (form.extend !== undefined) add('plus10', c('grant.preset.plus', { n: 10 }), from, up(Math.max(form.extend, now) + 10 * MINUTE));
  if (form.since !== undefined) add('this', c('grant.preset.this'), from, up(form.until ?? now + 5 * MINUTE));
  if (form.extend === undefined) add('plus10', c('grant.preset.plus', { n: 10 }), from, up(now) + 10 * MINUTE);
  add('plus30', c('grant.preset.plus', { n: 30 }), from, up(now) + 30 * MINUTE);
  if (shift && shift.end > now) add('shift', c('grant.preset.shift'), from, shift.end);
  return list;
}

const REASONS: { readonly [K in GrantKind]?: readonly ConsoleKey[] } = {
  leave: ['reason.family', 'reason.ill', 'reason.lead'],
  late: ['reason.traffic', 'reason.ill', 'reason.family', 'reason.lead'],
  early_leave: ['reason.ill', 'reason.family', 'reason.lead'],
  busy: ['reason.lead', 'reason.system', 'reason.complaint', 'reason.coaching'],
  problem: ['reason.system', 'reason.complaint', 'reason.lead'],
  overtime: ['reason.busyHour', 'reason.lead'],
};

export function reasonsOf(kind: GrantKind): readonly string[] {
  return (REASONS[kind] ?? ['reason.lead', 'reason.ill', 'reason.system', 'reason.coaching']).map((key) => c(key));
}
