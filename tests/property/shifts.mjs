// Random floors with a roster from a seed: one to four agents with one to three shifts each (nights over midnight, shifts
// that follow each other at once, days with a clock change), what they did, what leaders permitted, and a policy. All
// times are whole seconds, so that a recount second by second is exact.
import { random } from './floors.mjs';
import { localTime } from './shift_recount.mjs';

const MINUTE = 60;
const HOUR = 3600;
const DAYS = ['2026-01-31', '2026-03-07', '2026-03-28', '2026-04-04', '2026-10-24', '2026-10-31', '2026-11-23', '2026-12-31'];
const ZONES = ['UTC', 'UTC', 'Asia/Shanghai', 'Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata'];
const SERVICE = ['ready', 'ringing', 'talking', 'hold', 'wrapup', 'dialing'];
const GRANTS = ['problem', 'leave', 'swap', 'late', 'early_leave', 'busy', 'away', 'break', 'overtime'];
const PRESETS = ['default', 'floor', 'telecom', 'manual'];
// lengths on which limits turn, and what lies around them
const EDGES = [60, 180, 300, 600, 900, 1800];
const TEAMS = ['A', 'B', '客服', ''];

const two = n => String(n).padStart(2, '0');
const clock = minutes => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
const nextDate = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
const near = r => r.pick(EDGES) + r.pick([-1, 0, 0, 1, 1, r.int(-40, 40)]);

// Parts of [from, to), in minutes of the local day: in order, some at the edges, none overlapping.
function parts(r, kinds, count, from, to) {
  const list = [];
  let at = from;
  for (let i = 0; i < count && at < to - 10; i++) {
    const start = r.chance(0.2) ? at : Math.min(to - 5, at + r.int(5, Math.max(6, Math.floor((to - at) / 2))));
    const end = r.chance(0.15) ? to : Math.min(to, start + r.pick([10, 15, 30, 60, r.int(5, 120)]));
    list.push({ kind: r.pick(kinds), from: start, to: end });
    at = end;
  }
  return list;
}

function row(r, date, agent, from, to, zone) {
  const one = { agent: agent.id, name: r.chance(0.5) ? '王芳' : '', team: agent.team, date, from, to, activities: [], leave: [] };
  if (r.chance(0.5)) one.activities = parts(r, ['meal', 'meeting', 'break', 'training', 'coaching'], r.int(1, 4), from, to);
  if (r.chance(0.1) && from >= 30 && !one.activities.some(part => part.from === from)) one.activities.unshift({ kind: 'meeting', from: from - 10, to: from });
  const fate = r.next();
  if (fate < 0.08) one.leave = [{ kind: 'annual' }];
  else if (fate < 0.25) one.leave = parts(r, ['sick', 'annual', '事假'], r.int(1, 2), from, to);
  else if (fate < 0.3) one.leave = [{ kind: 'sick', from, to: from + r.int(10, to - from - 1) }];
  else if (fate < 0.35) one.leave = [{ kind: 'sick', from: from + r.int(10, to - from - 1), to }];
  const at = minutes => localTime(zone, nextDate(date, Math.floor(minutes / 1440)), minutes % 1440);
  one.start = at(from);
  one.end = at(to);
  // nothing is planned for an hour that clocks skip
  const lasts = part => part.from === undefined || at(part.to) > at(part.from);
  one.activities = one.activities.filter(lasts);
  one.leave = one.leave.filter(lasts);
  return one.end > one.start ? one : null;
}

function rosterOf(r, date, agents, zone) {
  const rows = [];
  for (const agent of agents) {
    let from = r.pick([0, 15, 8 * 60, 8 * 60 + 30, 9 * 60, r.int(0, 20 * 60)]);
    let day = 0;
    for (let i = r.int(1, 3); i > 0; i--) {
      const night = r.chance(0.25);
      if (night) from = Math.max(from, r.int(19 * 60, 23 * 60 + 59));
      if (from >= 1440) {
        day++;
        from -= 1440;
      }
      if (day > 1) break;
      const to = from + (night ? r.int(60, 12 * 60) : r.pick([45, 120, 240, 540, r.int(20, 600)]));
      const one = row(r, nextDate(date, day), agent, from, to, zone);
      if (one && !rows.some(other => other.agent === one.agent && other.end > one.start)) rows.push(one);
      from = to + (r.chance(0.3) ? 0 : r.int(1, 300));
    }
  }
  return rows;
}

// What an agent does about a shift.
function work(r, shift, say) {
  const length = shift.end - shift.start;
  const fate = r.next();
  if (fate < 0.1) return; // never comes
  let t = shift.start + r.pick([0, 0, -300, -299, 1, -r.int(0, 1200), r.int(0, 600), r.int(0, 2400), 1799, 1800, 1801, near(r)]);
  if (fate < 0.14) t = shift.start + r.int(0, length + 600);
  let state = r.chance(0.85) ? r.pick(SERVICE) : r.pick(['break', 'meal', 'busy', 'meeting']);
  const out = shift.end + r.pick([0, 0, 300, 299, -1, r.int(0, 900), -r.int(0, 600), -r.int(0, 2400), -near(r)]);
  const stays = r.chance(0.08);
  while (t < out || stays) {
    say(t, state);
    if (stays && t > shift.end) return;
    if (SERVICE.includes(state)) {
      t += r.chance(0.1) ? r.int(1, 60) : r.int(60, Math.max(120, Math.floor(length / 4)));
      state = r.pick([...SERVICE, 'break', 'break', 'break', 'break', 'meal', 'busy', 'meeting', 'offline']);
    } else {
      t += r.chance(0.05) ? 0 : r.chance(0.5) ? near(r) : r.int(1, 1500);
      state = r.pick(state === 'offline' ? ['ready', 'ready', 'ready', 'break', 'meal', 'busy'] : ['ready', 'ready', 'ready', 'talking', 'offline', 'break', 'meal', 'busy', 'meeting']);
    }
  }
  say(Math.max(t > out && r.chance(0.5) ? t : out, shift.start - 1200), 'offline');
}

function deeds(r, rows, agents) {
  const events = [];
  for (const agent of agents) {
    let latest = 0;
    const say = (t, state) => {
      latest = Math.max(latest, t);
      const skewed = r.chance(0.01) ? r.int(1, 90) : 0;
      events.push({ type: 'agent.state', ts: (latest - skewed) * 1000, agent: agent.id, state, ...(r.chance(0.1) ? { reason: 'tea' } : {}) });
    };
    for (const shift of rows.filter(one => one.agent === agent.id)) work(r, shift, say);
  }
  return events.map((e, i) => [e, i]).sort((a, b) => a[0].ts - b[0].ts || a[1] - b[1]).map(([e]) => e);
}

function grant(r, rows) {
  const shift = r.pick(rows);
  const length = shift.end - shift.start;
  const kind = r.pick(GRANTS);
  const some = () => shift.start + r.int(-600, length + 600);
  let from = r.pick([shift.start, shift.start - r.int(0, 900), some(), some()]);
  let to = r.pick([shift.end, shift.end + r.int(0, 900), from + near(r), from + r.int(1, 5400), from + r.int(1, length)]);
  if (kind === 'early_leave' && r.chance(0.5)) [from, to] = [shift.end - r.int(1, 2400), shift.end];
  if (to <= from) to = from + r.int(1, 3600);
  const iso = t => (r.chance(0.5) ? t * 1000 : new Date(t * 1000).toISOString());
  return { agent: shift.agent, kind, from: iso(from), to: iso(to), reason: '报备', by: '班长', at: iso(from + r.int(-3600, 7200)) };
}

function policy(r) {
  if (r.chance(0.4)) return { preset: r.pick(PRESETS) };
  const lines = ['name: random', 'rules:'];
  if (r.chance(0.5)) {
    const list = Array.from({ length: r.int(1, 7) }, () => `${r.pick([5, 10, 10, 10, 15, 20])}m`);
    lines.push('  break.allowances:', `    list: [${list.join(', ')}]`, `    points: ${r.int(0, 5)}`);
  } else lines.push('  break.allowances:', `    each: ${r.pick(['5m', '10m', '7m30s'])}`);
  if (r.chance(0.4)) lines.push('  attendance.goal:', `    goal: ${r.pick(['95 %', '80 %', '100 %'])}`, `    absent_after: ${r.pick(['10m', '30m', '1h'])}`);
  if (r.chance(0.4)) lines.push('  adherence.goal:', `    tolerance: ${r.pick(['0s', '1s', '60s', '5m'])}`);
  if (r.chance(0.3)) lines.push('  signin.early:', `    by: ${r.pick(['5m', '15m'])}`);
  if (r.chance(0.3)) lines.push('  signout.late:', `    by: ${r.pick(['0s', '5m', '10m'])}`);
  if (r.chance(0.3)) lines.push('  break.month:', `    most: ${r.int(1, 3)}`, `    at: ${r.chance(0.5)}`);
  if (r.chance(0.3)) lines.push('ladder: [warn, report]');
  return { yaml: lines.join('\n') + '\n' };
}

export function shiftFloor(seed) {
  const r = random(seed ^ 0x5f1f7);
  const zone = r.pick(ZONES);
  const date = r.pick(DAYS);
  const agents = Array.from({ length: r.int(1, 4) }, (_, i) => ({ id: `100${i}`, team: r.pick(TEAMS) }));
  const rows = rosterOf(r, date, agents, zone);
  const events = deeds(r, rows, agents);
  // the window begins with the first event: mostly there is one before all shifts
  if (r.chance(0.9)) events.unshift({ type: 'notice', ts: localTime(zone, date, 0) * 1000 - 7200000, text: '早会' });
  const grants = r.chance(0.75) ? Array.from({ length: r.int(1, 6) }, () => grant(r, rows)) : [];
  const options = { zone };
  const edges = rows.flatMap(one => [one.start, one.end, one.start + 1800, one.start + r.int(0, one.end - one.start)]);
  const said = events.map(e => e.ts / 1000);
  if (r.chance(0.6)) options.until = (r.chance(0.5) ? r.pick(edges) : r.pick(said.length ? said : edges) + r.pick([0, 0, 1, -1, r.int(0, 1200)])) * 1000;
  if (r.chance(0.15)) options.day = nextDate(date, r.int(0, 1));
  if (!events.length) options.until = edges[1] * 1000;
  return { seed, events, rows, grants, policy: policy(r), options };
}

// ---- as files ----

export function rosterText(rows) {
  const list = (kinds, whole) => kinds.map(part => (part.from === undefined && whole ? part.kind : `${part.kind} ${clock(part.from)}-${clock(part.to)}`)).join(';');
  const cell = text => (/[",]/.test(text) ? `"${text}"` : text);
  const lines = rows.map(one => [one.date, one.agent, one.name, one.team, '', clock(one.from), clock(one.to), list(one.activities), list(one.leave, true)].map(cell).join(','));
  return ['date,agent,name,team,seat,start,end,activities,leave', ...lines].join('\n') + '\n';
}
