// The naive recount of shifts, by the letter of the contract and with no thought for speed: what an agent did is an array
// with one element a second, and every figure is a count of seconds. It shares nothing with the product's core.
//
// Where the contract is silent, the reading that the product documents is taken; each such place is marked "read as".
import { readFileSync } from 'node:fs';
import { round6 } from './recount.mjs';

const PRESENCE = { offline: 0, break: 2, meal: 3, busy: 4, meeting: 5 }; // everything else is service
const SERVICE = 1;
const PLANNED = { meal: 3, meeting: 5, training: 5, coaching: 5, break: 2 };
const MINUTE = 60;

// ---- local time ----

const formats = new Map();
function offset(zone, t) {
  if (!formats.has(zone))
    formats.set(zone, new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }));
  const p = Object.fromEntries(formats.get(zone).formatToParts(t * 1000).map(part => [part.type, Number(part.value)]));
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) / 1000 - t;
}

// The first instant (in seconds) at which clocks show that minute of the date, or the first after it when they skip it.
export function localTime(zone, date, minuteOfDay) {
  const wall = Date.parse(`${date}T00:00:00Z`) / 1000 + minuteOfDay * MINUTE;
  const fits = [...new Set([offset(zone, wall - 86400), offset(zone, wall + 86400)])].map(o => wall - o).filter(t => t + offset(zone, t) === wall);
  if (fits.length) return Math.min(...fits);
  let low = wall - 86400; // clocks show an earlier time before the gap and a later one behind it
  let high = wall + 86400;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle + offset(zone, middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}
const dateOf = (zone, t) => new Date((t + offset(zone, t)) * 1000).toISOString().slice(0, 10);
const nextDate = date => new Date(Date.parse(`${date}T00:00:00Z`) + 86400000).toISOString().slice(0, 10);

// ---- the policy, read from its YAML as far as shifts need it ----

const UNITS = { s: 1, m: 60, h: 3600 };
const seconds = text => (text === '0' ? 0 : [...text.matchAll(/(\d+)([smh])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit], 0));
const share = text => (text.endsWith('%') ? Number(text.slice(0, -1)) * 10000 : Number(text) * 1000000);
const items = text => text.slice(1, -1).split(',').map(one => one.trim());

export function policyOf({ preset, yaml }, folder) {
  const p = {
    goal: 950000, adherenceGoal: 920000, absentAfter: 1800, tolerance: 60, early: 300, lateOut: null, returnWithin: 180, each: 600, list: null, month: 5, monthAt: false,
    classes: [['up_to_5_min', 300], ['up_to_10_min', 600], ['up_to_30_min', 1800], ['over_30_min', Infinity]], ladder: ['remind', 'warn', 'report'],
  };
  if (preset === 'default' || (!preset && !yaml)) return p; // the shipped file says the defaults, and is compared with them by a unit test
  const text = yaml ?? readFileSync(`${folder}/${preset}.yaml`, 'utf8');
  let rule = null;
  for (const line of text.split('\n')) {
    const [, indent, key, value] = line.match(/^( *)(?:- )?([a-z_.]+):\s*(.*)$/) ?? [];
    if (line.includes('classes:')) p.classes = [];
    const late = line.match(/- \{name: (\w+)(?:, (up_to|under): (\w+))?/);
    if (late) p.classes.push([late[1], late[3] === undefined ? Infinity : seconds(late[3]) - (late[2] === 'under' ? 0.001 : 0)]);
    if (key === undefined) continue;
    if (indent.length === 2) rule = key;
    const where = indent.length === 4 ? `${rule}/${key}` : key;
    if (where === 'attendance.goal/goal') p.goal = share(value);
    if (where === 'adherence.goal/goal') p.adherenceGoal = share(value);
    if (where === 'attendance.goal/absent_after') p.absentAfter = seconds(value);
    if (where === 'adherence.goal/tolerance') p.tolerance = seconds(value);
    if (where === 'signin.early/by') p.early = seconds(value);
    if (where === 'signout.late/by') p.lateOut = seconds(value);
    if (where === 'signin.after_activity/within') p.returnWithin = seconds(value);
    if (where === 'break.allowances/each') p.each = seconds(value);
    if (where === 'break.allowances/list') p.list = items(value).map(seconds);
    if (where === 'break.month/most') p.month = Number(value);
    if (where === 'break.month/at') p.monthAt = value === 'true';
    if (where === 'ladder') p.ladder = items(value);
  }
  return p;
}

// ---- what is known of an agent, second by second ----

const time = value => (typeof value === 'number' ? value : Date.parse(value)) / 1000;

// Everything on one axis of seconds, from BASE on.
function axis(floor) {
  const times = [...floor.events.map(e => e.ts / 1000), ...floor.rows.flatMap(one => [one.start, one.end])];
  const base = Math.min(...times) - 4 * 3600;
  return { base, length: Math.max(...times) + 4 * 3600 - base };
}

// The state of each second, offline before the first is told; a state that lasts no time leaves no trace.
function states(floor, agent, { base, length }, until) {
  const state = new Uint8Array(length);
  let latest = -Infinity;
  for (const e of floor.events) {
    if (e.type !== 'agent.state' || e.agent !== agent || e.ts / 1000 > until) continue;
    latest = Math.max(latest, e.ts / 1000);
    state.fill(PRESENCE[e.state] ?? SERVICE, latest - base);
  }
  return state;
}

function covered(floor, agent, kinds, { base, length }) {
  const mark = new Uint8Array(length);
  for (const one of floor.grants)
    if (one.agent === agent && kinds.includes(one.kind)) mark.fill(1, Math.max(0, time(one.from) - base), Math.max(0, time(one.to) - base));
  return mark;
}

// The instants of a part of a shift, which lies on the day that brings it into the shift or next to it.
const partStart = (zone, shift, minutes) => localTime(zone, minutes >= 1440 ? nextDate(shift.date) : shift.date, minutes % 1440);

function agentOf(floor, id, zone, ax, until) {
  const agent = { id, state: states(floor, id, ax, until), ...ax };
  for (const kind of ['problem', 'leave', 'swap', 'late', 'early_leave', 'busy', 'away', 'break', 'overtime']) agent[kind] = covered(floor, id, [kind], ax);
  agent.claimed = new Uint8Array(ax.length); // whose shift a second is of: its number from 1
  agent.shifts = floor.rows.filter(one => one.agent === id).sort((a, b) => a.start - b.start);
  agent.onLeave = new Uint8Array(ax.length);
  agent.planned = new Uint8Array(ax.length).fill(SERVICE);
  agent.shifts.forEach((shift, i) => {
    agent.claimed.fill(i + 1, shift.start - ax.base, shift.end - ax.base);
    for (const part of shift.leave) {
      const [from, to] = part.from === undefined ? [shift.start, shift.end] : [partStart(zone, shift, part.from), partStart(zone, shift, part.to)];
      agent.onLeave.fill(1, from - ax.base, Math.max(from, to) - ax.base);
    }
  });
  return agent;
}

// What the shift's activities ask for, second by second; a part that lies before the shift asks for nothing inside it.
function plan(agent, shift, zone) {
  const planned = new Uint8Array(shift.end - shift.start).fill(SERVICE);
  for (const part of shift.activities) {
    if (part.from < shift.from) continue;
    const from = partStart(zone, shift, part.from) - shift.start;
    const to = partStart(zone, shift, part.to) - shift.start;
    planned.fill(PLANNED[part.kind], from, Math.max(from, to));
  }
  return planned;
}

// ---- breaks ----

// A break begins in the shift, ends at any other state, or with the shift. A sign-out in it does not end it: then it goes
// on until the agent is in service, or (read as) back on break, where it is a break like before. One that began before
// the shift is none of it: what follows it counts anew.
function findBreaks(agent, shift, t) {
  const at = s => agent.state[s - agent.base];
  const list = [];
  let start = null;
  let left = false; // signed out inside the break
  const end = Math.min(shift.end, t);
  for (let s = shift.start; s < end; s++) {
    const now = at(s);
    if (start === null && now === PRESENCE.break && at(s - 1) !== PRESENCE.break) [start, left] = [s, false];
    if (start === null) continue;
    if (now === PRESENCE.offline) left = true;
    else if (now === PRESENCE.break) left = false;
    else if (now === SERVICE || !left) {
      list.push({ start, end: s });
      start = null;
    }
  }
  if (start === null && t >= shift.start && t < shift.end && at(t) === PRESENCE.break && at(t - 1) !== PRESENCE.break) return [...list, { start: t, end: null }];
  if (start === null) return list;
  const ended = t >= shift.end || at(t) === SERVICE || (!left && at(t) !== PRESENCE.offline && at(t) !== PRESENCE.break);
  return [...list, { start, end: ended ? end : null }];
}

// Takes allowances as they come: the smallest unused one that is long enough, else the largest left, else none.
function matchBreaks(agent, shift, t, policy) {
  const unused = policy.list ? [...policy.list] : null;
  return findBreaks(agent, shift, t).map(one => {
    const length = (one.end ?? t) - one.start;
    let allowance = policy.each;
    if (unused && one.end === null) allowance = Math.max(0, ...unused); // while it runs: the largest left
    else if (unused) {
      let found = -1;
      for (let i = 0; i < unused.length; i++) if (unused[i] >= length && (found < 0 || unused[i] < unused[found])) found = i;
      if (found < 0) for (let i = 0; i < unused.length; i++) if (found < 0 || unused[i] > unused[found]) found = i;
      allowance = found < 0 ? 0 : unused.splice(found, 1)[0];
    }
    return { start: one.start, end: one.end, length, allowance, overrun: Math.max(0, length - allowance), excess: unused !== null && allowance === 0 };
  });
}

// ---- figures ----

const ratio = (num, den) => (den > 0 ? round6(num / den) : null);

function figures(agent, shift, t, policy, zone) {
  const i = s => s - agent.base;
  const isIn = s => agent.state[i(s)] !== PRESENCE.offline;
  const leave = s => agent.onLeave[i(s)] || agent.leave[i(s)];
  const excuse = s => agent.problem[i(s)] || agent.leave[i(s)] || agent.swap[i(s)] || agent.late[i(s)] || agent.early_leave[i(s)];
  const end = Math.min(shift.end, t);
  const f = { begun: t >= shift.start, over: t >= shift.end, scheduled: 0, signedIn: 0, excused: 0, service: 0, conforming: 0, asPlanned: 0, firstIn: null };
  const planned = plan(agent, shift, zone);
  let deviation = 0;
  const endDeviation = () => {
    if (deviation <= policy.tolerance) f.asPlanned += deviation;
    deviation = 0;
  };
  for (let s = shift.start; s < end; s++) {
    // read as: a deviation ends where leave begins, or an absence that is excused
    if (leave(s) || (!isIn(s) && excuse(s))) endDeviation();
    if (leave(s)) continue;
    f.scheduled++;
    if (isIn(s)) f.signedIn++;
    else if (excuse(s)) f.excused++;
    if (agent.state[i(s)] === SERVICE) f.service++;
    if (!isIn(s) && excuse(s)) continue;
    if (agent.state[i(s)] === planned[s - shift.start]) {
      endDeviation();
      f.asPlanned++;
    } else deviation++;
  }
  endDeviation();
  // what hangs over the shift's edges, as far as no other shift of the agent claims it
  f.conforming = f.signedIn;
  if (f.begun) {
    for (let s = shift.start - 1; isIn(s) && !agent.claimed[i(s)]; s--) f.conforming++;
    for (let s = shift.end; s < t && isIn(s) && !agent.claimed[i(s)]; s++) f.conforming++;
  }
  f.wholeLeave = true;
  for (let s = shift.start; s < shift.end; s++) if (!leave(s)) f.wholeLeave = false;

  // attendance; read as: the limit runs from where the agent has to be there, the end of the leave, the permission or the
  // problem that covers the start
  const begins = from => {
    while (from < shift.end && leave(from)) from++;
    return from;
  };
  let due = shift.start;
  while (due < shift.end && (leave(due) || agent.late[i(due)] || agent.problem[i(due)])) due++;
  f.due = due;
  f.limit = due + policy.absentAfter;
  let seen = false; // at any instant of [start, limit), the moment asked for included
  for (let s = shift.start; s < f.limit && s <= t; s++) if (isIn(s) && !(s < due && leave(s))) seen = true;
  f.attended = f.wholeLeave ? 'leave' : seen ? 'yes' : t >= f.limit ? 'no' : 'pending';
  for (let s = shift.start; s < end && f.firstIn === null; s++) if (isIn(s)) f.firstIn = s;
  if (f.firstIn === null && f.begun && !f.over && isIn(t)) f.firstIn = t; // who comes at this moment has come
  f.came = f.firstIn !== null;
  const from = begins(shift.start);
  let late = from;
  const seenTo = f.over ? end : t + 1;
  while (late < seenTo && !isIn(late)) late++;
  f.late = f.came ? (late < seenTo ? late - from : 0) : null;
  let until = shift.end;
  while (until > shift.start && leave(until - 1)) until--;
  let lastIn = null;
  for (let s = shift.end - 1; s >= shift.start && lastIn === null; s--) if (isIn(s)) lastIn = s + 1;
  f.early = f.over && f.came && lastIn !== null ? Math.max(0, until - lastIn) : 0;
  return f;
}

// Adherence is looked at every quarter of an hour, from the absence limit of the first shift on: alerts of the site and of
// each team, of the shifts of a date; those of two dates at once are one.
export function adherenceAlerts(floor, policyFolder) {
  const { zone } = floor.options;
  const ax = axis(floor);
  const policy = policyOf(floor.policy, policyFolder);
  const until = floor.options.until === undefined ? Infinity : floor.options.until / 1000;
  const t = until === Infinity ? Math.max(...floor.events.map(e => e.ts / 1000)) : until;
  const agents = new Map(floor.rows.map(({ agent }) => [agent, agentOf(floor, agent, zone, ax, until)]));
  const below = new Map();
  for (const date of new Set(floor.rows.map(one => one.date)))
    for (const team of new Set(['', ...floor.rows.map(one => one.team)])) {
      const rows = floor.rows.filter(one => one.date === date && (!team || one.team === team));
      if (!rows.length) continue;
      const end = Math.max(...rows.map(one => one.end));
      const start = Math.min(...rows.map(one => one.start));
      for (let at = Math.floor(start / 900) * 900 + 900; at < end && at <= t; at += 900) {
        if (at < start + policy.absentAfter) continue;
        const came = rows.filter(one => one.start < at).map(one => figures(agents.get(one.agent), one, at, policy, zone)).filter(f => f.came && f.firstIn < at); // read as: who comes at this very moment counts from the next look on
        const sum = what => came.reduce((all, f) => all + f[what], 0);
        if (sum('signedIn') * 1000000 >= policy.adherenceGoal * (sum('scheduled') - sum('excused'))) continue;
        const key = team ? `team:${team}` : 'site';
        below.set(key, (below.get(key) ?? []).concat([[at, Math.min(at + 900, end)]]));
      }
    }
  const alerts = [];
  for (const [subject, spans] of below)
    for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
      const last = alerts.at(-1);
      if (last?.subject === subject && from <= last.closed) last.closed = Math.max(last.closed, to);
      else alerts.push({ subject, opened: from, closed: to });
    }
  return alerts.map(one => ({ subject: one.subject, opened: ms(one.opened), closed: one.closed <= t ? ms(one.closed) : null })).sort((a, b) => a.opened - b.opened || (a.subject < b.subject ? -1 : 1));
}

const classOf = (policy, s) => (s > 0 ? policy.classes.find(([, upTo]) => s <= upTo)[0] : null);
const ms = s => (s === null ? null : s * 1000);

// The parts of the report that rosters bring.
export function shiftReport(floor, policyFolder) {
  const { zone } = floor.options;
  const ax = axis(floor);
  const policy = policyOf(floor.policy, policyFolder);
  const until = floor.options.until === undefined ? Infinity : floor.options.until / 1000;
  const told = floor.events.map(e => e.ts / 1000).filter(ts => ts <= until);
  const last = Math.max(...told);
  const first = Math.min(...told);
  let from;
  let to = Infinity;
  let t = until === Infinity ? last : until;
  if (floor.options.day) {
    from = localTime(zone, floor.options.day, 0);
    to = localTime(zone, nextDate(floor.options.day), 0);
    t = Math.max(from, Math.min(until, to));
  } else {
    const start = told.length ? first : t;
    const midnight = localTime(zone, dateOf(zone, start), 0);
    from = midnight + Math.floor((start - midnight) / 900) * 900;
    t = Math.max(t, start);
  }
  const agents = new Map();
  for (const { agent } of floor.rows) if (!agents.has(agent)) agents.set(agent, agentOf(floor, agent, zone, ax, until));
  const list = floor.rows
    .filter(one => one.start >= from && one.start < to)
    .sort((a, b) => a.start - b.start || (a.agent < b.agent ? -1 : 1))
    .map(shift => ({ shift, agent: agents.get(shift.agent), f: figures(agents.get(shift.agent), shift, t, policy, zone) }));
  const report = { shifts: list.map(one => shown(one, t, policy)) };
  const begun = list.filter(one => one.f.begun);
  const count = what => begun.filter(({ f }) => f.attended === what).length;
  const due = begun.length - count('leave');
  report.attendance = { due, leave: count('leave'), attended: count('yes'), pending: count('pending'), absent: count('no'), rate: ratio(count('yes'), due) };
  report.attendance.slots_left = Math.floor((due * (1000000 - policy.goal)) / 1000000) - count('no');
  const sum = what => begun.filter(({ f }) => f.came).reduce((all, { f }) => all + f[what], 0);
  const expected = sum('scheduled') - sum('excused');
  report.adherence = { signed_in_ms: ms(sum('signedIn')), expected_ms: ms(expected), rate: ratio(sum('signedIn'), expected) };
  return report;
}

function shown({ shift, agent, f }, t, policy) {
  return {
    agent: shift.agent,
    date: shift.date,
    start: ms(shift.start),
    end: ms(shift.end),
    scheduled_ms: ms(f.scheduled),
    signed_in_ms: ms(f.signedIn),
    excused_ms: ms(f.excused),
    adherence: ratio(f.signedIn, f.scheduled - f.excused),
    state_adherence: ratio(f.asPlanned, f.scheduled - f.excused),
    conformance: ratio(f.conforming, f.scheduled),
    shrinkage: ratio(f.scheduled - f.service, f.scheduled),
    attended: !f.begun || f.attended === 'pending' ? null : f.attended === 'yes',
    leave: f.begun && f.attended === 'leave',
    late_ms: ms(f.late),
    late_class: f.came ? classOf(policy, f.late) : null,
    early_leave_ms: ms(f.early),
    early_leave_class: classOf(policy, f.early),
    breaks: matchBreaks(agent, shift, t, policy).map(one => ({ start: ms(one.start), end: ms(one.end), length_ms: ms(one.length), allowance_ms: ms(one.allowance), overrun_ms: ms(one.overrun), excess: one.excess })),
  };
}
