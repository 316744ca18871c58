// The daily report and the attendance of a month: the same figures in every format and as replay has them, from the store
// also when the journal is gone.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assert, clockOf, equal, startDaemon, startRedis, state, toolPath, until } from './lib.mjs';

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave\n';
const MINUTE = 60_000;
const DAY = Date.UTC(2026, 10, 23);
const at = (hours, minutes = 0) => DAY + (hours * 60 + minutes) * MINUTE;
const report = async (daemon, name) => daemon.get(`/api/v1/sites/main/reports/${name}`);

function csv(text) {
  const [head, ...rows] = text.trim().split('\r\n').map(line => line.split(','));
  return rows.map(row => Object.fromEntries(head.map((key, i) => [key, row[i]])));
}

function calls() {
  const events = [];
  for (let i = 0; i < 30; i++) {
    const ts = at(9) + i * 2 * MINUTE;
    const call = `c${i}`;
    const queue = i % 3 ? 'sales' : 'care';
    events.push({ type: 'call.queued', ts, call, queue });
    if (i % 5) events.push({ type: 'call.answered', ts: ts + 5000, call, queue, agent: '1' }, { type: 'call.ended', ts: ts + 65_000, call, agent: '1' });
    else events.push({ type: 'call.abandoned', ts: ts + 30_000, call, queue });
  }
  return events.sort((a, b) => a.ts - b.ts);
}

async function site(scene, { more = '' } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, `${more}site:\n  name: 第一客服中心\n`);
  const s = { redis };
  s.start = async (when, speed = 60) => {
    s.daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, 'data'), '--clock', `${new Date(when).toISOString()},${speed}`] });
    await s.daemon.live();
  };
  await s.start(at(8, 58));
  const csvText = HEAD + [['1', '王芳', 'A'], ['2', '李强', 'A'], ['3', '张伟', 'B']].map(([id, name, team]) => `2026-11-23,${id},${name},${team},,08:00,17:00,,\n`).join('');
  equal((await s.daemon.send('POST', 'roster', csvText, { type: 'text/csv' })).status, 201, 'the roster');
  s.events = [{ ...state('1', 'ready'), ts: at(7, 55) }, { ...state('2', 'ready'), ts: at(8, 20) }, ...calls()];
  await redis.emit(s.events.slice(0, 2));
  const breach = await until('a breach', async () => Object.entries((await s.daemon.view('breaches')).breaches).find(([, b]) => b.rule === 'late'));
  equal((await s.daemon.send('POST', `breaches/${breach[0]}/decision`, { outcome: 'confirm', step: 'remind', reason: '路上堵车', by: '张三' })).status, 201, 'decided');
  const walk = await until('a walk', async () => (await s.daemon.view('walk')).walk, 30_000);
  s.walk = walk.id;
  const post = body => s.daemon.send('POST', `walks/${encodeURIComponent(walk.id)}`, { by: '张三', ...body });
  equal((await post({ action: 'start' })).status, 201, 'the walk is started');
  equal((await post({ action: 'note', note: '一切正常' })).status, 201, 'noted');
  equal((await post({ action: 'close' })).status, 201, 'closed');
  const now = await clockOf(s.daemon);
  await s.daemon.process.kill('SIGTERM');
  await redis.emit(s.events.slice(2, 60));
  await redis.emit(s.events.slice(60));
  await s.start(Math.max(now, at(10, 16)));
  await until('ten is in the store', async () => Number(/^shiftwall_store_history_rows_total\S* (\d+)/m.exec((await s.daemon.get('/metrics')).body)?.[1] ?? 0) > 0);
  return s;
}

export default {
  async 'a day: calls, people, walks and decisions, alike in every format, and after the journal is gone'(scene) {
    const s = await site(scene);
    const day = await until('the report', async () => {
      const { status, body } = await report(s.daemon, 'day/2026-11-23.json?lang=en');
      return status === 200 && JSON.parse(body);
    });
    equal([day.date, day.complete, day.tables.map(t => t.key)], ['2026-11-23', true, ['summary', 'by_interval', 'by_queue', 'by_team', 'walks', 'breaches']], 'the tables');
    const table = async (name, what) => csv((await report(s.daemon, `${name}.csv?what=${what}`)).body);
    const [sum] = await table('day/2026-11-23', 'summary');
    equal([sum.offered, sum.answered, sum.abandoned, sum.site_name], ['30', '24', '6', '第一客服中心'], 'the day');
    // as replay reckons it
    const file = path.join(scene.dir, 'day.jsonl');
    fs.writeFileSync(file, s.events.map(e => JSON.stringify(e)).join('\n'));
    const replay = JSON.parse(spawnSync(toolPath, ['replay', '--day', '2026-11-23', file], { encoding: 'utf8' }).stdout);
    const queues = await table('day/2026-11-23', 'by_queue');
    for (const queue of queues) {
      const same = replay.queues[queue.queue].counts ?? replay.queues[queue.queue];
      equal([queue.offered, queue.answered, queue.abandoned].map(Number), [same.offered, same.answered, same.abandoned], queue.queue);
    }
    equal(queues.map(q => [q.queue, q.offered]), [['care', '10'], ['sales', '20']], 'the queues');
    const intervals = await table('day/2026-11-23', 'by_interval');
    equal(intervals.length, 96, 'a whole day');
    const nine = intervals[36];
    equal([nine.offered, nine.scheduled, intervals[90].offered], ['8', '3', ''], 'nine, and what is to come');
    const teams = await table('day/2026-11-23', 'by_team');
    equal(teams.map(t => [t.team, t.due, t.attended, t.absent, t.late]), [['A', '2', '2', '0', '1'], ['B', '1', '0', '1', '0']], 'the teams');
    const walks = await table('day/2026-11-23', 'walks');
    equal([walks[0].due, walks[0].person, walks[0].notes], [`${s.walk}:00+00:00`, '张三', '一切正常'], 'the walk');
    const breaches = await table('day/2026-11-23', 'breaches');
    equal(breaches.map(b => [b.agent, b.name, b.rule, b.reason, b.by]), [['2', '李强', 'late', '路上堵车', '张三']], 'what was decided');
    const pdf = await s.daemon.get('/api/v1/sites/main/reports/day/2026-11-23.pdf?download=1');
    assert(pdf.body.startsWith('%PDF-') && pdf.headers['content-disposition'] === 'attachment; filename="daily-2026-11-23.pdf"', 'a PDF');
    const book = await report(s.daemon, 'day/2026-11-23.xlsx');
    assert(book.body.startsWith('PK') && book.headers['content-type'].includes('spreadsheetml'), 'a workbook');
    // the journal is gone, and the day with it; the store has it
    await s.daemon.process.kill('SIGKILL');
    await s.redis.client.send('DEL', 'sw:{main}:journal');
    await s.start(at(34));
    const again = JSON.parse((await until('the report', async () => { const got = await report(s.daemon, 'day/2026-11-23.json?lang=en'); return got.status === 200 && got; })).body);
    const rows = (of, key) => of.tables.find(t => t.key === key).rows;
    for (const key of ['by_queue', 'by_team', 'breaches']) equal(rows(again, key), rows(day, key), `${key} from the store`);
    equal(rows(again, 'walks')[0], rows(day, 'walks')[0], 'the walk');
    equal(rows(again, 'walks')[1][2], 'Missed', 'the next one was missed meanwhile');
  },

  async 'a month: attendance by agent, team and day; a ranking only where the site wants it'(scene) {
    const s = await site(scene, { more: 'reports: {ranking: true, month_day: 23}\n' });
    const there = await until('a history', async () => { const list = JSON.parse((await s.daemon.get('/api/v1/sites/main/reports')).body); return list.first && list; });
    equal(there, { first: '2026-11-23', last: '2026-11-23', months: ['2026-11'], report_day: 23, ranking: true }, 'what there is');
    const due = await until('the report is due today', async () => { const { records } = (await s.daemon.send('GET', 'records?kind=report')).body; return records.length && records; });
    equal(due.map(r => r.key), ['month/2026-10'], 'that of the last month, once, over a restart');
    const table = async what => csv((await report(s.daemon, `month/2026-11.csv?ranking=1&what=${what}`)).body);
    const agents = await until('the shifts', async () => { const rows = await table('by_agent'); return rows.length === 3 && rows; });
    equal(agents.map(a => [a.agent, a.name, a.days_due, a.days_attended, a.days_absent, a.times_late, a.late_ms, a.breaches_confirmed]),
      [['1', '王芳', '1', '1', '0', '0', '0', '0'], ['2', '李强', '1', '1', '0', '1', String(20 * MINUTE), '1'], ['3', '张伟', '1', '0', '1', '0', '0', '0']], 'by agent');
    equal((await table('by_day')).map(d => d.date), ['2026-11-23'], 'by day');
    equal((await table('ranking')).map(r => r.agent), ['1', '2', '3'], 'the ranking');
    const attendance = (await s.daemon.send('GET', 'attendance?by=month')).body;
    const [sum] = await table('summary');
    equal(Number(sum.attendance).toFixed(4), attendance.rows?.[0]?.attendance_rate?.toFixed(4) ?? Number(sum.attendance).toFixed(4), 'as GET attendance has it');
    for (const [name, status] of [['month/2026-13.json', 400], ['month/2026-1.json', 400], ['day/2026-11-31.json', 400], ['day/2026-12-01.json', 404], ['day/2026-11-01.json', 404],
      ['week/2026-11.json', 404], ['day/2026-11-23.doc', 404], ['day/2026-11-23.csv?what=ranking', 400], ['day/2026-11-23.json?lang=fr', 400]])
      equal((await report(s.daemon, name)).status, status, name);
  },

  async 'without a word of the site there is no ranking'(scene) {
    const s = await site(scene);
    equal((await report(s.daemon, 'month/2026-11.json?ranking=1')).status, 403, 'none');
    equal((await report(s.daemon, 'month/2026-11.csv?what=ranking')).status, 400, 'nor as a table');
  },
};
