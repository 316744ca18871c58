// Sign-in charts: made at the day's times, late and once when the daemon was down, the same figures in every format.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assert, clockOf, equal, startDaemon, startRedis, state, toolPath, until } from './lib.mjs';

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave\n';
const MINUTE = 60_000;
const DAY = Date.UTC(2026, 10, 23);
const at = (hours, minutes = 0) => DAY + (hours * 60 + minutes) * MINUTE;
const row = (agent, name, team) => `2026-11-23,${agent},${name},${team},,08:00,17:00,,\n`;

async function site(scene, { from, speed, policy = '', more = '' }) {
  const redis = await startRedis(scene, { persistent: true });
  const data = path.join(scene.dir, 'data');
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, `${policy}site:\n  name: 第一客服中心\n${more}`);
  const s = { redis };
  s.start = async when => {
    s.daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', data, '--clock', `${new Date(when).toISOString()},${speed}`] });
    await s.daemon.live();
    return s.daemon;
  };
  await s.start(from);
  const csv = HEAD + row('1', '王芳', 'A') + row('2', '李强', 'A') + row('3', '张伟', 'B');
  equal((await s.daemon.send('POST', 'roster', csv, { type: 'text/csv' })).status, 201, 'the roster');
  // 1 on time, 2 twenty minutes late, 3 never comes
  await redis.emit([{ ...state('1', 'ready'), ts: at(7, 55) }, { ...state('2', 'ready'), ts: at(8, 20) }]);
  return s;
}

const listOf = async daemon => (await daemon.send('GET', 'charts?date=2026-11-23')).body;
const get = (daemon, name) => daemon.get(`/api/v1/sites/main/charts/${name}`);

export default {
  async 'a chart comes at its time, with the figures of the wall in every format'(scene) {
    const { daemon } = await site(scene, { from: at(9, 59), speed: 60 });
    equal((await listOf(daemon)).planned.map(one => one.at), [at(10), at(15), at(20)], 'the plan of the day');
    const [chart] = await until('the first chart', async () => (await listOf(daemon)).charts.length && (await listOf(daemon)).charts);
    equal([chart.number, chart.at, chart.late], [1, at(10), false], 'at ten');
    const json = JSON.parse((await get(daemon, '2026-11-23/1.json')).body);
    equal([json.site_name, json.date, json.total.due, json.total.attended, json.total.absent, json.total.late], ['第一客服中心', '2026-11-23', 3, 2, 1, 1], 'the figures');
    equal(json.total.signed_in_ms, (120 + 100) * MINUTE, 'two hours and an hour and forty');
    equal(json.lists.late.map(one => [one.agent, one.value_ms]), [['2', 20 * MINUTE]], 'who was late');
    equal(json.lists.absent.map(one => one.agent), ['3'], 'who is absent');
    const ten = json.intervals.find(one => one.start === at(9, 45));
    equal([ten.scheduled, ten.present, ten.signed_in, ten.below_goal], [3, 2, 2, true], 'the last interval');
    const svg = (await get(daemon, '2026-11-23/1.svg?lang=zh-CN')).body;
    for (const text of ['66.7%', '91.7%', '李强', '张伟', '第一客服中心']) assert(svg.includes(text), `${text} in the drawing`);
    assert((await get(daemon, '2026-11-23/1.svg?lang=en')).body.includes('Attendance'), 'in the other language');
    equal((await get(daemon, '2026-11-23/1.svg')).body, svg, 'drawn again, the same');
    for (const [format, type, magic] of [['png', 'image/png', '\ufffdPNG'], ['pdf', 'application/pdf', '%PDF-']]) {
      const drawn = await get(daemon, `2026-11-23/1.${format}`);
      equal([drawn.status, drawn.headers['content-type']], [200, type], format);
      assert(drawn.body.startsWith(magic), `it is a ${format}`);
      assert(drawn.headers['content-disposition'].includes(`sign-in-2026-11-23-1.${format}`), 'its name');
    }
    const book = await get(daemon, '2026-11-23/1.xlsx');
    equal([book.status, book.headers['content-type']], [200, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'], 'xlsx');
    assert(book.body.startsWith('PK') && book.headers['content-disposition'].includes('sign-in-2026-11-23-1.xlsx'), 'a workbook');
    const people = await get(daemon, '2026-11-23/1.csv?what=people&download=1');
    equal([people.status, people.headers['content-type'], people.headers['content-disposition']], [200, 'text/csv; charset=utf-8', 'attachment; filename="sign-in-2026-11-23-1-people.csv"'], 'csv');
    equal(people.body.split('\r\n').map(line => line.split(',').slice(0, 3).join()), ['list,agent,name', 'absent,3,张伟', 'late,2,李强', ''], 'the lists');
    assert((await get(daemon, '2026-11-23/1.csv?bom=1')).body.startsWith('\ufeffstart,end,'), 'the mark for Excel');
    equal((await get(daemon, '2026-11-23/1.csv?what=queues')).status, 400, 'no such table');
    equal((await get(daemon, '2026-11-23/2.png')).status, 404, 'one that is not yet');
    equal((await get(daemon, '2026-11-23/1.gif')).status, 404, 'no such format');
    equal((await get(daemon, '2026-11-23/1.png?lang=fr')).status, 400, 'no such language');
    equal((await get(daemon, 'now.json')).status, 200, 'as of now');
  },

  async 'a chart whose time passed while the daemon was down is drawn late, as of its time, and never twice'(scene) {
    const s = await site(scene, { from: at(9, 50), speed: 60 });
    await s.daemon.process.kill('SIGKILL');
    // meanwhile somebody goes, and the chart's time passes
    await s.redis.emit([{ ...state('1', 'offline'), ts: at(9, 58) }, { ...state('1', 'ready'), ts: at(10, 5) }, { ...state('3', 'ready'), ts: at(10, 10) }]);
    await s.start(at(10, 20));
    const { charts } = await until('the chart', async () => (await listOf(s.daemon)).charts.length && listOf(s.daemon));
    equal(charts.map(one => [one.number, one.at, one.late]), [[1, at(10), true]], 'late');
    const json = JSON.parse((await get(s.daemon, '2026-11-23/1.json')).body);
    equal([json.at, json.late, json.total.absent, json.states.offline, json.states.ready], [at(10), true, 1, 2, 1], 'the floor as it was at ten');
    assert((await get(s.daemon, '2026-11-23/1.svg?lang=en')).body.includes('Drawn late'), 'it says so');
    for (let i = 0; i < 2; i++) {
      const now = await clockOf(s.daemon);
      await s.daemon.process.kill('SIGKILL');
      await s.start(now);
    }
    equal((await listOf(s.daemon)).charts.length, 1, 'one');
    equal((await s.daemon.send('GET', 'records?kind=chart')).body.records.length, 1, 'once on record');
    equal(JSON.parse((await get(s.daemon, '2026-11-23/1.json')).body), json, 'frozen with its figures');
  },

  async 'the policy says when'(scene) {
    const policy = path.join(scene.dir, 'policy.yaml');
    fs.writeFileSync(policy, 'name: ours\nrules:\n  charts.per_day:\n    at: ["09:30", "12:00"]\n');
    const { daemon } = await site(scene, { from: at(9), speed: 1, policy: `policy: ${policy}\n` });
    const { planned, charts } = await listOf(daemon);
    equal([planned.map(one => one.at), charts], [[at(9, 30), at(12)], []], 'these times');
    equal((await daemon.send('GET', 'charts?date=2026-11-28')).body.planned.length, 2, 'on Saturday, too');
    equal((await daemon.send('GET', 'charts?date=tomorrow')).status, 400, 'no date');
  },

  async 'any moment of the day is drawn again from the journal'(scene) {
    const { daemon, redis } = await site(scene, { from: at(9, 59), speed: 60 });
    await until('the first chart', async () => (await listOf(daemon)).charts.length);
    await redis.emit({ ...state('1', 'break'), ts: at(10, 1) });
    await until('five past ten', async () => (await clockOf(daemon)) > at(10, 5));
    const then = async when => daemon.get(`/api/v1/sites/main/charts/at.json?at=${encodeURIComponent(when)}`);
    const kept = JSON.parse((await get(daemon, '2026-11-23/1.json')).body), again = JSON.parse((await then('2026-11-23T10:00:00Z')).body);
    for (const part of ['total', 'teams', 'intervals', 'states', 'lists']) equal(again[part], kept[part], `${part} as at ten`);
    equal([again.at, again.number ?? 0, again.late], [at(10), 0, false], 'it is none of the plan');
    const early = JSON.parse((await then('2026-11-23T16:10:00+08:00')).body);
    equal([early.at, early.states.ready, early.total.due, early.total.pending], [at(8, 10), 1, 3, 2], 'at ten past eight only one was there');
    equal(early.lists.not_yet.map(one => one.agent), ['2', '3'], 'who was not there yet');
    equal((await get(daemon, 'at.png?at=2026-11-23T09:00:00Z')).status, 200, 'in any format');
    equal((await then('2026-11-23T23:00:00Z')).status, 404, 'the future');
    equal((await then('2026-11-20T10:00:00Z')).status, 404, 'too long ago');
    equal((await then('yesterday')).status, 400, 'no time');
    equal((await get(daemon, 'at.json')).status, 400, 'no time at all');
    // and so does the command line
    const out = path.join(scene.dir, 'chart.json');
    const tool = (...args) => spawnSync(toolPath, ['chart', '--url', daemon.url, ...args], { encoding: 'utf8' });
    const drawn = (...args) => {
      const done = tool('--out', out, ...args);
      equal([done.status, done.stderr], [0, ''], args.join(' '));
      return JSON.parse(fs.readFileSync(out, 'utf8'));
    };
    equal(drawn('--chart', '2026-11-23/1'), kept, 'one on record');
    equal(drawn('--at', '2026-11-23T16:10:00+08:00').lists, early.lists, 'an earlier moment');
    assert(drawn().at > at(10, 5), 'now');
    equal(tool('--out', '-', '--format', 'csv', '--what', 'by_team', '--bom').stdout.slice(0, 6), '\ufeffteam,', 'a table');
    for (const [args, status, text] of [[['--chart', '2026-11-23/9', '--out', out], 4, 'no such chart'], [['--chart', 'x', '--out', out], 2, 'a date and a number'],
      [['--out', out, '--zone', 'UTC'], 2, 'its own'], [['--out', out, 'file.jsonl'], 2, 'no file'], [[], 2, '--out is needed']]) {
      const done = tool(...args);
      equal([done.status, done.stderr.includes(text)], [status, true], `${args.join(' ')}: ${done.stderr}`);
    }
  },

  async 'no charts on days off'(scene) {
    const { daemon } = await site(scene, { from: at(9, 55), speed: 600, more: '  days_off: [saturday, 2026-11-23]\n' });
    await until('a quarter past ten', async () => (await clockOf(daemon)) > at(10, 15));
    equal((await listOf(daemon)), { date: '2026-11-23', charts: [], planned: [] }, 'today');
    equal((await daemon.send('GET', 'charts?date=2026-11-28')).body.planned, [], 'on Saturday');
    equal((await daemon.send('GET', 'charts?date=2026-11-29')).body.planned.length, 3, 'on Sunday');
    assert(!JSON.stringify((await daemon.get('/api/v1/sites/main/views/alerts')).body).includes('charts.per_day'), 'and none is missed');
  },
};
