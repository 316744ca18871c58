// Golden days: event files (*.jsonl) and queue_logs (queue_log/*) whose reports were worked out by hand; NAME.md says how.
// NAME.expected.json holds {"args": [...], "report": {...}} (of a queue_log: the report): what it names must be so.
// The bank's real day is compared too where the shared data are at hand. Ends with "N passed, N failed".
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const here = path.dirname(new URL(import.meta.url).pathname);
const root = path.resolve(here, '../..');
const tool = process.env.SHIFTWALL ?? path.join(root, process.env.BUILD ?? 'build', 'shiftwall');
let passed = 0;
let failed = 0;

function run(args, input) {
  const done = spawnSync(tool, args, { cwd: here, encoding: 'utf8', input, maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${args[0]} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

function difference(got, want, at = '') {
  if (want === null || typeof want !== 'object') return got === want ? '' : `${at}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}\n`;
  if (Array.isArray(want) && got?.length !== want.length) return `${at}: got ${got?.length} elements, want ${want.length}\n`;
  return Object.keys(want).map(key => difference(got?.[key], want[key], `${at}/${key}`)).join('');
}

function check(name, play) {
  let wrong;
  try {
    wrong = play();
  } catch (error) {
    wrong = error.message;
  }
  if (wrong) failed++;
  else passed++;
  console.log(wrong ? `FAIL ${name}\n${wrong}` : `ok   ${name}`);
}

const expected = file => JSON.parse(fs.readFileSync(file.replace(/\.(jsonl|queue_log)$/, '.expected.json'), 'utf8'));
for (const name of fs.readdirSync(here).filter(name => name.endsWith('.jsonl')).sort())
  check(name, () => {
    const file = path.join(here, name);
    const { args = [], report } = expected(file);
    return difference(JSON.parse(run(['replay', ...args, file])), report);
  });

const logs = path.join(here, 'queue_log');
for (const name of fs.existsSync(logs) ? fs.readdirSync(logs).filter(name => name.endsWith('.queue_log')).sort() : [])
  check(`queue_log/${name}`, () => {
    const file = path.join(logs, name);
    return difference(JSON.parse(run(['replay', '-'], run(['import', 'queue_log', file]))), expected(file));
  });

const bank = path.resolve(root, '../shared/data/bank');
if (!fs.existsSync(bank)) console.log('skip the bank: the shared data are not here');
else
  check('the bank of 1999-01-02', () => {
    const want = JSON.parse(fs.readFileSync(path.join(bank, '1999-01-02.expected.json'), 'utf8'));
    const got = JSON.parse(run(['replay', '-'], run(['import', 'queue_log', path.join(bank, '1999-01-02.queue_log')])));
    const figures = w => ({
      offered: w.offered,
      answered: w.answered,
      abandoned: w.abandoned,
      answered_in_target: w.answered_within_20s,
      abandoned_in_target: w.abandoned_within_20s,
      wait_answered_ms: w.wait_sum_answered * 1000,
      wait_abandoned_ms: w.wait_sum_abandoned * 1000,
      longest_wait_ms: w.longest_wait * 1000,
      talk_ms: w.talk_sum * 1000,
      answer_rate: w.answer_rate,
      service_level: w.service_level_of_offered,
    });
    const hours = {};
    for (const { start, queues } of got.intervals)
      for (const q of Object.values(queues)) {
        const hour = (hours[(start / 3600000) % 24 | 0] ??= { offered: 0, answered: 0, abandoned: 0 });
        for (const what of Object.keys(hour)) hour[what] += q[what];
      }
    let wrong = difference(got.site, figures(want.total), 'total');
    for (const [id, w] of Object.entries(want.by_queue)) wrong += difference(got.queues[id], figures(w), id);
    for (const [id, w] of Object.entries(want.by_agent)) wrong += difference(got.agents[id], { handled: w.calls, talk_ms: w.talk * 1000 }, id);
    for (const [hour, w] of Object.entries(want.by_hour)) wrong += difference(hours[hour], { offered: w.offered, answered: w.answered, abandoned: w.abandoned }, `hour ${hour}`);
    return wrong;
  });

check('the same file twice gives the same bytes', () => {
  const file = path.join(here, fs.readdirSync(here).find(name => name.endsWith('.jsonl')));
  return run(['replay', file]) === run(['replay', file]) ? '' : 'two reports differ';
});
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
