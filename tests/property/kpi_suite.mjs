// Queues, calls and agents: the report against the naive recount, and the invariants of kpi.md on the report itself.
import fs from 'node:fs';
import { calendar, report } from './recount.mjs';
import { floor } from './floors.mjs';
import { difference, replay, when } from './tool.mjs';

function played(lines, options, file) {
  fs.writeFileSync(`${file}.jsonl`, lines.join('\n') + '\n');
  return replay([...when(options), `${file}.jsonl`]);
}

const COUNTERS = ['offered', 'answered', 'abandoned', 'exited', 'short_abandoned', 'handled', 'answered_in_target', 'abandoned_in_target', 'wait_answered_ms', 'wait_abandoned_ms', 'talk_ms', 'hold_ms', 'wrapup_ms'];

function broken(r) {
  const equation = (c, where) => (c.carried_in + c.offered === c.answered + c.abandoned + c.exited + c.waiting ? null : `${where}: carry equation`);
  for (const [id, c] of Object.entries({ ...r.queues, '(site)': r.site })) {
    const wrong = equation(c, id) ?? (c.waiting < 0 ? `${id}: waiting < 0` : null);
    if (wrong) return wrong;
  }
  for (const [id, a] of Object.entries(r.agents)) if (a.offline_ms < 0) return `agent ${id}: more staffed than elapsed`;
  for (const id of Object.keys(r.queues)) {
    let carried = null;
    for (const { start, queues } of r.intervals) {
      const wrong = equation(queues[id], `${start} ${id}`);
      if (wrong) return wrong;
      if (carried !== null && queues[id].carried_in !== carried) return `${start} ${id}: carried in is not what was carried out`;
      carried = queues[id].waiting;
    }
    for (const name of COUNTERS) {
      const sum = r.intervals.reduce((all, one) => all + one.queues[id][name], 0);
      if (sum !== r.queues[id][name]) return `${id}: intervals of ${name} sum to ${sum}, the whole is ${r.queues[id][name]}`;
    }
  }
  for (const name of ['handled', 'staffed_ms', 'ready_ms', 'wrapup_ms', 'dialed']) {
    const sum = of => Object.values(of).reduce((all, one) => all + one[name], 0);
    if (sum(r.agents) !== sum(r.teams)) return `teams of ${name} sum to ${sum(r.teams)}, agents to ${sum(r.agents)}`;
  }
  return null;
}

const sorted = value => JSON.stringify(value) === JSON.stringify(value, (_, v) => (v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.keys(v).sort((a, b) => (Buffer.from(a) < Buffer.from(b) ? -1 : Buffer.compare(Buffer.from(a), Buffer.from(b)))).map(k => [k, v[k]])) : v));

async function fault({ lines, options }, file) {
  const seen = { ...options };
  const wanted = { zone: options.zone, until: options.until };
  if (options.dayOf !== undefined) {
    const days = calendar(options.zone);
    seen.day = days.date(options.dayOf);
    wanted.day = days.dayStart(options.dayOf);
  }
  const text = await played(lines, seen, file);
  const got = JSON.parse(text);
  if (!seen.day && !sorted(got)) return 'names are not sorted';
  return difference(got, report(lines, wanted)) ?? broken(got) ?? ((await played(lines, seen, file)) === text ? null : 'two replays differ');
}

export const kpiSuite = {
  name: 'floor',
  floors: 2000,
  make: floor,
  fault,
  lists: ['lines'],
  told: one => `${one.isHostile ? '(hostile) ' : ''}${JSON.stringify(one.options)}\n${one.lines.join('\n')}`,
};
