// Compares `shiftwall replay` with the naive recount over random floors, and checks the invariants on the product's own
// report. FLOORS=n (2000) and SEED=s (1) choose them; SEED=s FLOORS=1 plays one again. A floor that differs is made
// smaller while it still does, and kept in BUILD/property-failures. Ends with "N passed, N failed".
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { calendar, report } from './recount.mjs';
import { floor } from './floors.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const tool = process.env.SHIFTWALL ?? path.join(root, process.env.BUILD ?? 'build', 'shiftwall');
const FLOORS = Number(process.env.FLOORS ?? 2000);
const SEED = Number(process.env.SEED ?? 1);
const kept = path.join(root, process.env.BUILD ?? 'build', 'property-failures');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'shiftwall-floors-'));

function replay(lines, { zone, until, day }, name) {
  const file = path.join(dir, `${name}.jsonl`);
  fs.writeFileSync(file, lines.join('\n') + '\n');
  const args = ['replay', '--zone', zone, ...(until !== undefined ? ['--until', String(until)] : []), ...(day ? ['--day', day] : []), file];
  return new Promise((resolve, reject) =>
    execFile(tool, args, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => (error ? reject(new Error(`${error.message} ${stderr}`)) : resolve(stdout))),
  );
}

// The first place where GOT lacks or contradicts WANT, or null. Members that only GOT has are its own business.
function difference(got, want, at = '') {
  if (want === null || typeof want !== 'object') return got === want ? null : `${at}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`;
  if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length)) return `${at}: got ${got?.length} elements, want ${want.length}`;
  for (const key of Object.keys(want)) {
    const inner = difference(got?.[key], want[key], `${at}/${key}`);
    if (inner) return inner;
  }
  return null;
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

async function fault({ lines, options }, name) {
  const seen = { ...options };
  const wanted = { zone: options.zone, until: options.until };
  if (options.dayOf !== undefined) {
    const days = calendar(options.zone);
    seen.day = days.date(options.dayOf);
    wanted.day = days.dayStart(options.dayOf);
  }
  const text = await replay(lines, seen, name);
  const got = JSON.parse(text);
  if (!seen.day && !sorted(got)) return 'names are not sorted';
  return difference(got, report(lines, wanted)) ?? broken(got) ?? null;
}

async function shrink(one, name) {
  let { lines } = one;
  for (let size = Math.ceil(lines.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < lines.length; ) {
      const less = [...lines.slice(0, at), ...lines.slice(at + size)];
      if (less.length && (await fault({ ...one, lines: less }, name).catch(() => null))) lines = less;
      else at += size;
    }
  return { ...one, lines };
}

let passed = 0;
let failed = 0;
let next = SEED;
async function worker(number) {
  while (next < SEED + FLOORS) {
    const one = floor(next++);
    const name = `floor-${number}`;
    let wrong;
    try {
      wrong = await fault(one, name);
      if (!wrong && one.seed % 10 === 0 && (await replay(one.lines, one.options, name)) !== (await replay(one.lines, one.options, name))) wrong = 'two replays differ';
    } catch (error) {
      wrong = error.message;
    }
    if (!wrong) {
      passed++;
      continue;
    }
    failed++;
    if (failed > 5) continue;
    const small = await shrink(one, name);
    fs.mkdirSync(kept, { recursive: true });
    fs.writeFileSync(path.join(kept, `${one.seed}.jsonl`), small.lines.join('\n') + '\n');
    console.log(`FAIL seed ${one.seed}${one.isHostile ? ' (hostile)' : ''} ${JSON.stringify(one.options)}: ${await fault(small, name).catch(e => e.message)}\n${small.lines.join('\n')}`);
  }
}
await Promise.all([worker(1), worker(2), worker(3)]);
fs.rmSync(dir, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
