// Random floors from a seed: lawful ones, as a well-behaved producer tells them, and hostile ones, shuffled, doubled,
// dropped, with clocks that disagree and lines that are not events at all.

export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (low, high) => low + Math.floor(next() * (high - low + 1));
  return { next, int, chance: p => next() < p, pick: list => list[int(0, list.length - 1)] };
}

const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'Europe/Berlin'];
const STARTS = ['2026-03-08T03:00:00Z', '2026-03-29T00:10:00Z', '2026-04-04T14:00:00Z', '2026-10-25T00:20:00Z', '2026-11-01T04:30:00Z', '2026-11-22T15:30:00Z', '2026-06-01T09:00:00Z'];
const PAUSES = ['break', 'meal', 'busy', 'meeting', 'offline', 'ready'];

function callLife(r, id, at, queues, agents, events, deep = 0) {
  const queue = r.pick(queues);
  const tell = (type, ts, more = {}) => events.push({ type: `call.${type}`, ts, call: id, ...more });
  tell('queued', at, { queue, ...(r.chance(0.2) ? { priority: r.int(0, 3) } : {}) });
  let t = at + (r.chance(0.15) ? r.pick([0, 4999, 5000, 20000, 20001]) : r.int(0, 90000));
  const fate = r.next();
  if (fate < 0.06) return; // still waiting at the end
  if (fate < 0.22) return tell('abandoned', t, r.chance(0.1) ? { wait: r.int(0, 60000) } : {});
  if (fate < 0.34) {
    const to = r.pick([...queues, undefined]);
    tell('exited', t, { reason: r.pick(['timeout', 'overflow', 'key', 'full', 'unstaffed', 'callback']), ...(to ? { to } : {}) });
    if (to && r.chance(0.8) && deep < 3) callLife(r, id, t + r.int(0, 2000), r.chance(0.8) ? [to] : queues, agents, events, deep + 1);
    return;
  }
  const agent = r.pick(agents);
  if (r.chance(0.6)) {
    tell('ringing', t, { agent });
    events.push({ type: 'agent.state', ts: t, agent, state: 'ringing' });
    if (r.chance(0.15)) tell('declined', (t += r.int(0, 15000)), { agent, reason: 'timeout' });
    t += r.int(0, 8000);
  }
  tell('answered', t, { agent, ...(r.chance(0.1) ? { wait: r.int(0, 40000) } : {}) });
  events.push({ type: 'agent.state', ts: t, agent, state: 'talking' });
  const holds = r.int(0, 2);
  for (let i = 0; i < holds; i++) {
    tell('held', (t += r.int(0, 60000)));
    events.push({ type: 'agent.state', ts: t, agent, state: 'hold' });
    if (i === holds - 1 && r.chance(0.3)) break; // hold still open at the end
    tell('retrieved', (t += r.int(0, 60000)));
    events.push({ type: 'agent.state', ts: t, agent, state: 'talking' });
  }
  t += r.int(0, 400000);
  if (r.chance(0.05)) return; // still talking
  if (r.chance(0.1)) {
    tell('transferred', t, { agent });
    if (r.chance(0.6) && deep < 3) callLife(r, id, t + r.int(0, 3000), queues, agents, events, deep + 1);
  } else {
    tell('ended', t, { by: r.pick(['agent', 'caller', 'system']), ...(r.chance(0.1) ? { talk: r.int(0, 90000) } : {}), ...(r.chance(0.1) ? { hold: r.int(0, 9000) } : {}) });
    if (r.chance(0.1)) tell('dispositioned', t + r.int(0, 1000), { result: 'success' });
  }
  events.push({ type: 'agent.state', ts: t, agent, state: 'wrapup' });
  events.push({ type: 'agent.state', ts: t + r.int(0, 120000), agent, state: 'ready' });
}

function outbound(r, id, at, agents, events) {
  const agent = r.pick(agents);
  let t = at;
  events.push({ type: 'call.dialed', ts: t, call: id, agent, campaign: 'c' });
  if (r.chance(0.6)) events.push({ type: 'call.connected', ts: (t += r.int(0, 20000)), call: id });
  events.push({ type: 'call.ended', ts: (t += r.int(0, 200000)), call: id });
  events.push({ type: 'call.dispositioned', ts: t, call: id, result: r.pick(['success', 'refused', 'unreachable', 'other']) });
}

function lawful(r) {
  const start = r.chance(0.6) ? Date.parse(r.pick(STARTS)) + r.int(0, 3600000) : 1767225600000 + r.int(0, 300) * 86400000 + r.int(0, 86399999);
  const span = r.pick([600000, 3600000, 4 * 3600000, 20 * 3600000]);
  const agents = Array.from({ length: r.int(1, 8) }, (_, i) => `10${i}`);
  const queues = Array.from({ length: r.int(1, 4) }, (_, i) => `q${i}`);
  const events = [];
  for (const agent of agents)
    events.push({ type: 'agent.state', ts: start + r.int(0, 60000), agent, state: 'ready', ...(r.chance(0.7) ? { team: r.pick(['A', 'B', '客服']) } : {}), ...(r.chance(0.5) ? { queues: queues.slice(0, r.int(0, queues.length)) } : {}) });
  const calls = r.int(1, 25);
  for (let i = 0; i < calls; i++) {
    const at = start + r.int(0, span);
    if (r.chance(0.1)) outbound(r, `o${i}`, at, agents, events);
    else callLife(r, `c${i}`, at, queues, agents, events);
  }
  const pauses = r.int(0, 10);
  for (let i = 0; i < pauses; i++)
    events.push({ type: 'agent.state', ts: start + r.int(0, span), agent: r.pick(agents), state: r.pick(PAUSES), ...(r.chance(0.3) ? { reason: r.pick(['茶', 'coffee']) } : {}), ...(r.chance(0.1) ? { team: r.pick(['A', 'B']) } : {}) });
  // stable by time: what happens to one call in one millisecond keeps its order
  return events.map((e, i) => [e, i]).sort((a, b) => a[0].ts - b[0].ts || a[1] - b[1]).map(([e]) => e);
}

const JUNK = ['{', 'null', '7', '[]', '[[]]', '{"type":"call.queued"}', '{"type":"moon","ts":1}', '{"type":"call.queued","ts":"1","call":"c","queue":"q"}', '{"type":"agent.state","ts":5,"agent":"a","state":"asleep"}', '{"v":2,"type":"notice","ts":1,"text":"x"}', '   '];

function hostile(r, events) {
  let list = events.map(e => ({ ...e }));
  if (r.chance(0.7)) list.forEach((e, i) => r.chance(0.7) && (e.id = `e${i}`));
  if (r.chance(0.5)) list = list.filter(() => !r.chance(0.12));
  if (r.chance(0.6)) for (let i = 0; i < list.length; i++) if (r.chance(0.1)) list.splice(i + r.int(0, Math.min(5, list.length - i)), 0, { ...list[i] });
  if (r.chance(0.5)) list.forEach(e => r.chance(0.2) && (e.ts = Math.max(0, e.ts + r.int(-30000, 30000))));
  if (r.chance(0.5))
    for (let i = 0; i < list.length; i++)
      if (r.chance(0.2)) {
        const k = Math.min(list.length - 1, i + r.int(1, 8));
        [list[i], list[k]] = [list[k], list[i]];
      }
  if (r.chance(0.2)) list.forEach(e => e.queue !== undefined && r.chance(0.1) && delete e.queue);
  return list;
}

// One floor: its lines and the options it is looked at with.
export function floor(seed) {
  const r = random(seed);
  const zone = r.pick(ZONES);
  let events = lawful(r);
  const isHostile = r.chance(0.5);
  if (isHostile) events = hostile(r, events);
  const lines = [];
  for (let i = 0; i < events.length; ) {
    if (r.chance(0.05)) {
      const batch = events.slice(i, i + r.int(1, 10));
      lines.push(JSON.stringify(batch));
      i += batch.length;
    } else lines.push(JSON.stringify(events[i++]));
    if (isHostile && r.chance(0.03)) lines.push(r.pick(JUNK));
  }
  const times = events.map(e => e.ts);
  const options = { zone };
  if (times.length && r.chance(0.3)) options.until = r.pick(times) + r.int(-1, 60000);
  if (times.length && r.chance(0.2)) options.dayOf = r.pick(times);
  return { seed, lines, options, isHostile };
}
