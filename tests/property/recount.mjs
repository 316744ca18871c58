// The naive recount: the figures of a file of events by the letter of the contract, with no thought for speed. It keeps
// every event, builds plain lists of facts (entries into queues, conversations, stretches of agents' time) and counts
// them from scratch for each question. It shares nothing with the product's core.

const STATES = ['offline', 'ready', 'ringing', 'dialing', 'talking', 'hold', 'wrapup', 'break', 'meal', 'busy', 'meeting'];
const HANDLING = ['ringing', 'dialing', 'talking', 'hold', 'wrapup'];
const EXITS = ['timeout', 'overflow', 'key', 'full', 'unstaffed', 'callback'];
const NEEDS = {
  'agent.state': ['agent', 'state'],
  'call.queued': ['call', 'queue'],
  'call.ringing': ['call', 'agent'],
  'call.declined': ['call', 'agent'],
  'call.answered': ['call', 'agent'],
  'call.abandoned': ['call'],
  'call.exited': ['call'],
  'call.held': ['call'],
  'call.retrieved': ['call'],
  'call.transferred': ['call', 'agent'],
  'call.ended': ['call'],
  'call.dialed': ['call', 'agent'],
  'call.connected': ['call'],
  'call.dispositioned': ['call', 'result'],
  notice: ['text'],
  alarm: ['source', 'text', 'severity', 'state'],
};
const HOUR = 3600000;

// ---- business days, by the runtime's own calendar ----

export function calendar(zone) {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const date = t => format.format(t);
  const starts = new Map();
  function dayStart(t) {
    const key = date(t);
    if (!starts.has(key)) {
      let low = t - 30 * HOUR; // surely another day
      let high = t;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (date(middle) === key) high = middle;
        else low = middle;
      }
      starts.set(key, high);
    }
    return starts.get(key);
  }
  const nextDay = t => dayStart(dayStart(t) + 26 * HOUR);
  const interval = t => {
    const start = dayStart(t);
    return start + Math.floor((t - start) / 900000) * 900000;
  };
  const nextInterval = start => Math.min(start + 900000, nextDay(start));
  return { date, dayStart, nextDay, interval, nextInterval };
}

// ---- reading ----

const identifier = v => typeof v === 'string' && v.length > 0 && [...v].length <= 64 && !/\p{Cc}/u.test(v);
const duration = v => Number.isSafeInteger(v) && v >= 0;

function valid(e) {
  if (e === null || typeof e !== 'object' || Array.isArray(e)) return false;
  if (e.v !== undefined && e.v !== 1) return false;
  if (!NEEDS[e.type]) return false;
  if (!Number.isSafeInteger(e.ts) || e.ts < 0 || e.ts > 253402300799999) return false;
  if (NEEDS[e.type].some(name => e[name] === undefined)) return false;
  for (const name of ['agent', 'call', 'queue', 'team', 'campaign']) if (e[name] !== undefined && !identifier(e[name])) return false;
  for (const name of ['id', 'src']) if (e[name] !== undefined && !(typeof e[name] === 'string' && [...e[name]].length <= 64)) return false;
  if (e.media !== undefined && !['voice', 'chat', 'email', 'callback'].includes(e.media)) return false;
  if (e.type === 'agent.state') {
    if (!STATES.includes(e.state)) return false;
    if (e.reason !== undefined && !(typeof e.reason === 'string' && [...e.reason].length <= 128)) return false;
    if (e.queues !== undefined && !(Array.isArray(e.queues) && e.queues.every(identifier))) return false;
  }
  if (e.type.startsWith('call.') && e.wait !== undefined && !duration(e.wait)) return false;
  if (e.type === 'call.ended' && ((e.talk !== undefined && !duration(e.talk)) || (e.hold !== undefined && !duration(e.hold)))) return false;
  if (e.type === 'call.exited' && e.reason !== undefined && !EXITS.includes(e.reason)) return false;
  if (e.type === 'call.declined' && e.reason !== undefined && !['timeout', 'rejected'].includes(e.reason)) return false;
  if (e.type === 'call.dispositioned' && !['success', 'refused', 'unreachable', 'other'].includes(e.result)) return false;
  return true;
}

// The members of a line; null stands for one that is refused.
function members(line) {
  let value;
  try {
    value = JSON.parse(line);
  } catch {
    return [null];
  }
  if (!Array.isArray(value)) return [valid(value) ? value : null];
  if (!value.length || value.length > 256 || value.some(Array.isArray)) return [null];
  return value.map(member => (valid(member) ? member : null));
}

// ---- facts ----

export function facts(lines, { zone = 'UTC', until = Infinity } = {}) {
  const days = calendar(zone);
  const f = { entries: [], conversations: [], stretches: [], ended: [], happenings: [], agents: new Map(), queues: new Set(), teams: new Set(), first: Infinity, last: -Infinity };
  f.counters = { events: 0, rejected: 0, implied: 0, contradictions: 0, clock_skew: 0, duplicates: 0, orphans: 0 };
  const calls = new Map();
  const seen = new Map();
  let now = -Infinity;

  const agentOf = (id, team, at) => {
    if (!f.agents.has(id)) {
      f.agents.set(id, { team: team ?? 'unassigned', first: at, latest: -Infinity, told: false, open: null });
      f.teams.add(team ?? 'unassigned');
    }
    const agent = f.agents.get(id);
    agent.first = Math.min(agent.first, at);
    return agent;
  };
  const happen = (agent, what, at, value = 1) => f.happenings.push({ agent, team: f.agents.get(agent).team, what, at, value });

  function orphans(t) {
    for (const call of calls.values()) {
      if (call.over || call.latest + 6 * HOUR > t) continue;
      const at = call.latest + 6 * HOUR;
      f.counters.orphans++;
      if (call.entry && !call.entry.outcome) Object.assign(call.entry, { outcome: 'exited', reason: 'orphan', at, wait: at - call.entry.from });
      Object.assign(call, { over: true, latest: at, phase: 'over' });
    }
  }

  function agentState(e) {
    const agent = agentOf(e.agent, e.team, e.ts);
    let t = e.ts;
    if (agent.told && t < agent.latest) {
      t = agent.latest;
      f.counters.clock_skew++;
    }
    agent.latest = t;
    const moves = e.team !== undefined && e.team !== agent.team;
    if (moves) {
      f.teams.add(e.team);
      agent.team = e.team;
      if (agent.open) {
        agent.open.to = t;
        agent.open = { ...agent.open, team: e.team, from: t, to: null, goesOn: true };
        f.stretches.push(agent.open);
      }
    }
    for (const queue of e.queues ?? []) f.queues.add(queue);
    if (agent.open && agent.open.state === e.state) return;
    if (agent.open) agent.open.to = t;
    agent.open = { agent: e.agent, team: agent.team, state: e.state, from: t, to: null };
    agent.told = true;
    f.stretches.push(agent.open);
  }

  function enter(call, queue, t) {
    call.phase = 'waiting';
    call.over = false;
    call.agent = null;
    call.holds = [];
    call.outbound = false;
    call.result = false;
    call.entry = null;
    if (queue === undefined) return (call.left = null);
    f.queues.add(queue);
    call.entry = { queue, from: t, outcome: null, cameFrom: call.left };
    call.left = null;
    f.entries.push(call.entry);
  }
  function answer(call, agent, t, wait) {
    call.phase = 'talking';
    call.agent = agent ?? null;
    call.answered = t;
    if (call.entry) Object.assign(call.entry, { outcome: 'answered', at: t, wait });
  }
  function finish(call, t, talk, hold) {
    if (call.holds.length && call.holds.at(-1)[1] === null) call.holds.at(-1)[1] = t;
    const held = hold ?? call.holds.reduce((sum, [a, b]) => sum + b - a, 0);
    const talked = talk ?? Math.max(0, t - call.answered - held);
    f.conversations.push({ queue: call.entry?.queue, agent: call.agent, team: call.agent ? f.agents.get(call.agent).team : null, at: t, talk: talked, hold: held });
    if (call.agent) f.ended.push({ agent: call.agent, queue: call.entry?.queue, at: t });
    call.phase = 'over';
    call.over = true;
  }

  // Returns false when the event contradicts the call's state.
  function callEvent(e) {
    let call = calls.get(e.call);
    const fresh = !call;
    let t = e.ts;
    let skewed = false;
    const kind = e.type.slice(5);
    if (fresh) {
      call = { id: e.call, latest: t, phase: 'new', over: false, holds: [], left: null, entry: null, agent: null };
      calls.set(e.call, call);
      if (kind !== 'queued' && kind !== 'dialed') {
        f.counters.implied++;
        if (kind === 'connected') {
          Object.assign(call, { phase: 'dialing', outbound: true });
          if (e.agent !== undefined) agentOf((call.agent = e.agent), e.team, t);
        } else if (kind === 'dispositioned') {
          Object.assign(call, { phase: 'over', over: true, outbound: e.queue === undefined });
          if (e.agent !== undefined) agentOf((call.agent = e.agent), e.team, t);
        } else {
          enter(call, e.queue, t);
          if (['held', 'retrieved', 'transferred', 'ended'].includes(kind)) {
            if (e.agent !== undefined) agentOf(e.agent, e.team, t);
            answer(call, e.agent, t, e.wait ?? 0);
            if (kind === 'retrieved') call.holds.push([t, null]);
          }
        }
      }
    } else if (t < call.latest) {
      t = call.latest;
      skewed = true;
      f.counters.clock_skew++;
    }
    call.latest = t;
    switch (kind) {
      case 'queued':
        if (!fresh && (call.phase !== 'over' || skewed)) return false;
        enter(call, e.queue, t);
        return true;
      case 'dialed':
        if (!fresh && (call.phase !== 'over' || skewed)) return false;
        agentOf(e.agent, e.team, t);
        Object.assign(call, { phase: 'dialing', over: false, outbound: true, agent: e.agent, entry: null, holds: [], left: null, result: false });
        happen(e.agent, 'dialed', t);
        return true;
      case 'connected':
        if (call.phase !== 'dialing') return false;
        Object.assign(call, { phase: 'talking', answered: t });
        if (call.agent) happen(call.agent, 'connected', t);
        return true;
      case 'held':
        if (call.phase !== 'talking' || (call.holds.length && call.holds.at(-1)[1] === null)) return false;
        call.holds.push([t, null]);
        if (call.agent) happen(call.agent, 'holds', t);
        return true;
      case 'retrieved':
        if (call.phase !== 'talking' || !call.holds.length || call.holds.at(-1)[1] !== null) return false;
        call.holds.at(-1)[1] = t;
        return true;
      case 'transferred':
        if (call.phase !== 'talking') return false;
        agentOf(e.agent, e.team, t);
        call.agent ??= e.agent;
        happen(e.agent, 'transferred', t);
        finish(call, t);
        return true;
      case 'ended':
        if (call.phase === 'dialing') {
          Object.assign(call, { phase: 'over', over: true });
          return true;
        }
        if (call.phase !== 'talking') return false;
        if (!call.agent && e.agent !== undefined) agentOf((call.agent = e.agent), e.team, t);
        if (fresh) finish(call, t, e.talk ?? 0, e.hold ?? 0);
        else finish(call, t, e.talk, e.hold);
        return true;
      case 'dispositioned':
        if (call.phase === 'waiting' || call.result) return false;
        call.result = true;
        if (call.outbound && call.agent && e.result === 'success') happen(call.agent, 'successes', t);
        return true;
    }
    // the rest happens to a caller who waits
    if (call.phase !== 'waiting') return false;
    if (kind === 'ringing' || kind === 'declined') {
      agentOf(e.agent, e.team, t);
      if (kind === 'declined') happen(e.agent, 'declined', t);
      return true;
    }
    const wait = e.wait ?? (fresh || !call.entry ? 0 : t - call.entry.from);
    if (kind === 'answered') {
      agentOf(e.agent, e.team, t);
      answer(call, e.agent, t, wait);
      return true;
    }
    if (call.entry) Object.assign(call.entry, { outcome: kind, at: t, wait, reason: e.reason ?? 'overflow' });
    if (kind === 'exited' && e.to !== undefined && call.entry) call.left = call.entry;
    call.phase = 'over';
    call.over = true;
    return true;
  }

  for (const line of lines) {
    if (!line.trim()) continue;
    for (const e of members(line)) {
      if (e === null) {
        f.counters.events++;
        f.counters.rejected++;
        continue;
      }
      if (e.ts > until) continue;
      f.counters.events++;
      now = Math.max(now, e.ts);
      orphans(now);
      if (e.ts < days.dayStart(days.dayStart(now) - 1)) {
        f.counters.rejected++;
        continue;
      }
      const key = e.id === undefined ? null : `${e.src ?? ''}\u001f${e.id}`;
      if (key !== null && seen.has(key) && Math.abs(e.ts - seen.get(key)) <= 600000) {
        f.counters.duplicates++;
        continue;
      }
      f.first = Math.min(f.first, e.ts);
      f.last = Math.max(f.last, e.ts);
      if (e.type === 'agent.state') agentState(e);
      else if (e.type.startsWith('call.') && !callEvent(e)) {
        f.counters.contradictions++;
        continue;
      }
      if (key !== null) seen.set(key, e.ts);
    }
  }
  f.orphansUpTo = orphans;
  f.days = days;
  return f;
}

// ---- figures ----

// To six digits; what lies exactly between two goes to the even one.
export function round6(x) {
  const digits = x.toFixed(20);
  const isTie = digits.endsWith('5' + '0'.repeat(13)) && '02468'.includes(digits.at(-15));
  return Number(isTie ? digits.slice(0, -14) : x.toFixed(6));
}
const ratio = (num, den) => (den > 0 ? round6(num / den) : null);

// Counters of one queue, or of several as one (`whole`: of all): there, an exit that names another queue and is
// followed by an entry is neither an exit nor an offer.
export function queueFigures(f, inside, from, to, { target = 20000, short = 5000, whole = false } = {}) {
  const c = { offered: 0, answered: 0, abandoned: 0, short_abandoned: 0, exited: 0, answered_in_target: 0, abandoned_in_target: 0, wait_answered_ms: 0, wait_abandoned_ms: 0, longest_wait_ms: 0, talk_ms: 0, hold_ms: 0, wrapup_ms: 0, handled: 0 };
  const within = t => t >= from && t < to;
  const member = queue => queue !== undefined && (whole || inside.has(queue));
  const handedOver = new Set(); // exits that are taken back
  if (whole) for (const entry of f.entries) if (entry.cameFrom) handedOver.add(entry.cameFrom);
  let waitingBefore = 0;
  for (const entry of f.entries) {
    if (!member(entry.queue)) continue;
    const moved = entry.cameFrom && handedOver.has(entry.cameFrom);
    if (!moved && within(entry.from)) c.offered++;
    if (!moved && entry.from < from) waitingBefore++;
    if (!entry.outcome) continue;
    if (entry.at < from && !handedOver.has(entry)) waitingBefore--;
    if (!within(entry.at)) continue;
    c.longest_wait_ms = Math.max(c.longest_wait_ms, entry.wait);
    if (entry.outcome === 'answered') {
      c.answered++;
      c.wait_answered_ms += entry.wait;
      if (entry.wait <= target) c.answered_in_target++;
    } else if (entry.outcome === 'abandoned') {
      c.abandoned++;
      c.wait_abandoned_ms += entry.wait;
      if (entry.wait <= target) c.abandoned_in_target++;
      if (entry.wait < short) c.short_abandoned++;
    } else if (!handedOver.has(entry)) c.exited++;
  }
  for (const talk of f.conversations) {
    if (!member(talk.queue) || !within(talk.at)) continue;
    c.handled++;
    c.talk_ms += talk.talk;
    c.hold_ms += talk.hold;
  }
  for (const piece of f.wrapups) if (member(piece.queue)) c.wrapup_ms += overlap(piece, from, to);
  c.carried_in = waitingBefore;
  c.waiting = waitingBefore + c.offered - c.answered - c.abandoned - c.exited;
  c.answer_rate = ratio(c.answered, c.answered + c.abandoned);
  c.service_level = ratio(c.answered_in_target, c.answered + c.abandoned);
  c.asa_ms = c.answered ? Math.floor((2 * c.wait_answered_ms + c.answered) / (2 * c.answered)) : null;
  return c;
}

const overlap = ({ from: a, to: b }, from, to) => Math.max(0, Math.min(b, to) - Math.max(a, from));

// Every millisecond of wrap-up belongs to the queue of the agent's last ended call.
function wrapups(f, end) {
  const pieces = [];
  for (const s of f.stretches) {
    if (s.state !== 'wrapup') continue;
    const to = s.to ?? Math.max(end, s.from);
    const ended = f.ended.filter(one => one.agent === s.agent);
    const edges = [...new Set([s.from, ...ended.map(one => one.at).filter(t => t > s.from && t < to), to])].sort((a, b) => a - b);
    for (let i = 0; i + 1 < edges.length; i++) {
      let last = null;
      for (const one of ended) if (one.at <= edges[i] && (!last || one.at >= last.at)) last = one;
      if (last?.queue !== undefined) pieces.push({ queue: last.queue, from: edges[i], to: edges[i + 1] });
    }
  }
  return pieces;
}

function agentFigures(f, pick, from, to, end) {
  const c = {};
  for (const state of STATES.slice(1)) c[`${state}_ms`] = 0;
  const breaks = { used: 0, overruns: 0, overrun_ms: 0 };
  for (const s of f.stretches) {
    if (!pick(s)) continue;
    if (s.state !== 'offline') c[`${s.state}_ms`] += overlap({ from: s.from, to: s.to ?? Math.max(end, s.from) }, from, to);
    if (s.state !== 'break') continue;
    if (!s.goesOn && s.from >= from && s.from < to) breaks.used++;
  }
  for (const state of ['holds', 'declined', 'transferred', 'dialed', 'connected', 'successes'])
    c[state] = f.happenings.filter(h => h.what === state && pick(h) && h.at >= from && h.at < to).length;
  const talks = f.conversations.filter(t => t.agent && pick(t) && t.at >= from && t.at < to);
  c.handled = talks.length;
  c.talk_ms = talks.reduce((sum, t) => sum + t.talk, 0);
  c.call_hold_ms = talks.reduce((sum, t) => sum + t.hold, 0);
  c.staffed_ms = STATES.slice(1).reduce((sum, s) => sum + c[`${s}_ms`], 0);
  const handling = HANDLING.reduce((sum, s) => sum + c[`${s}_ms`], 0);
  c.occupancy = ratio(handling, handling + c.ready_ms);
  c.utilisation = ratio(handling, c.staffed_ms);
  c.breaks = { used: breaks.used };
  return c;
}

// The report over the whole file, a day, or up to a moment.
export function report(lines, { zone = 'UTC', day, until } = {}) {
  const f = facts(lines, { zone, until: until ?? Infinity });
  const { days } = f;
  let from;
  let to;
  let end;
  if (day) {
    from = day;
    to = days.nextDay(day);
    end = Math.max(from, Math.min(to, until ?? to));
  } else {
    const empty = f.first === Infinity;
    end = until ?? (empty ? 0 : f.last);
    from = empty ? end : Math.min(f.first, end);
    end = Math.max(end, from);
    from = days.interval(from);
    to = Infinity;
  }
  f.orphansUpTo(Math.max(end, f.last));
  f.wrapups = wrapups(f, end);
  const out = { counters: f.counters, queues: {}, agents: {}, teams: {}, intervals: [] };
  const one = queue => new Set([queue]);
  for (const queue of f.queues) out.queues[queue] = queueFigures(f, one(queue), from, to);
  out.site = queueFigures(f, f.queues, from, to, { whole: true });
  for (const [id, agent] of f.agents) {
    out.agents[id] = agentFigures(f, x => x.agent === id, from, to, end);
    out.agents[id].offline_ms = Math.max(0, end - Math.max(agent.first, from)) - out.agents[id].staffed_ms;
  }
  for (const team of f.teams) out.teams[team] = agentFigures(f, x => x.team === team, from, to, end);
  const busy = start => f.entries.some(e => days.interval(e.from) === start || (e.outcome && days.interval(e.at) === start)) || f.conversations.some(t => t.queue !== undefined && days.interval(t.at) === start);
  for (let start = days.interval(from); start < to && (start < end || start <= from || busy(start)); start = days.nextInterval(start)) {
    const queues = {};
    for (const queue of f.queues) queues[queue] = queueFigures(f, one(queue), start, days.nextInterval(start));
    out.intervals.push({ start, queues });
  }
  return out;
}
