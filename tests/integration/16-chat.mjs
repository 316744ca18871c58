// The daemon and its chat groups: charts with their picture, alerts with their end, floor walks; each once and in order,
// through outages and kill -9; dead letters, and what people do with them.
import fs from 'node:fs';
import path from 'node:path';
import { configure, KEY, SECRET, startService } from './chat_services.mjs';
import { assert, clockOf, equal, sleep, startDaemon, startRedis, state, until } from './lib.mjs';

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave\n';
const MINUTE = 60_000;
const DAY = Date.UTC(2026, 10, 23);
const at = (hours, minutes = 0) => DAY + (hours * 60 + minutes) * MINUTE;

async function site(scene, destinations, { from, speed = 60, policy = 'name: t\n' } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const rules = path.join(scene.dir, 'policy.yaml');
  fs.writeFileSync(rules, policy);
  const config = configure(scene, destinations, { more: `public_url: https://wall.example.com\npolicy: ${rules}\n` });
  const s = { redis, logs: '' };
  s.start = async when => {
    s.daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, 'data'), '--clock', `${new Date(when).toISOString()},${speed}`] });
    await s.daemon.live();
  };
  await s.start(from);
  return s;
}

async function roster(s, agents) {
  const csv = HEAD + agents.map(([id, name]) => `2026-11-23,${id},${name},A,,08:00,20:00,,\n`).join('');
  equal((await s.daemon.send('POST', 'roster', csv, { type: 'text/csv' })).status, 201, 'the roster');
}

const chat = async daemon => (await daemon.send('GET', 'chat')).body.destinations;
const about = (service, words) => service.taken.filter(text => text.includes(words));

async function noSecrets(s) {
  const answers = [s.daemon.process.out, s.daemon.process.err, (await s.daemon.get('/metrics')).body, JSON.stringify(await chat(s.daemon))].join('\n');
  for (const secret of [KEY, SECRET]) assert(!answers.includes(secret), 'a secret is shown');
}

export default {
  async 'a chart is published by itself with its picture, once, and again when somebody wants it'(scene) {
    const wecom = await startService(scene, 'wecom');
    const teams = await startService(scene, 'teams');
    const s = await site(scene, [{ id: 'room', kind: 'wecom', url: wecom.url, alerts_from: 'none', walks: false },
      { id: 'office', kind: 'teams', url: teams.url, language: 'en', alerts_from: 'none', walks: false }], { from: at(9, 58) });
    await s.redis.emit([{ ...state('1', 'ready'), ts: at(7, 58) }, { ...state('2', 'ready'), ts: at(8, 20) }]);
    await roster(s, [['1', '王芳'], ['2', '李强'], ['3', '张伟']]);
    await until('both have it', () => wecom.taken.length === 2 && teams.taken.length === 1);
    assert(wecom.taken[0].includes('签入情况 10:00') && wecom.taken[0].includes('北区') && wecom.taken[0].includes('66.7%'), wecom.taken[0]);
    assert(wecom.taken[0].includes('https://wall.example.com/console#charts'), 'where to see more');
    assert(/^image of \d{5,} bytes$/.test(wecom.taken[1]), wecom.taken[1]);
    assert(teams.taken[0].includes('Sign-in chart of 10:00') && teams.taken[0].includes('66.7%'), teams.taken[0]);
    const { status, body } = await s.daemon.send('POST', 'charts/2026-11-23/publish', { n: 1, by: '张三' });
    equal([status, body], [202, { destinations: 2 }], 'published again');
    await until('they have it again', () => wecom.taken.length === 4 && teams.taken.length === 2);
    assert(wecom.taken[2].includes('再次发布') && teams.taken[1].includes('published again'), 'and it says so');
    equal((await s.daemon.send('POST', 'charts/2026-11-23/publish', { n: 3 })).status, 404, 'one that is not yet');
    equal((await s.daemon.send('POST', 'charts/2026-11-23/publish', {})).status, 400, 'no number');
    equal((await s.daemon.send('GET', 'records?kind=chart.publish')).body.records.map(r => [r.key, r.by]), [['2026-11-23/1', '张三']], 'on record');
    for (let i = 0; i < 2; i++) {
      const now = await clockOf(s.daemon);
      await s.daemon.process.kill('SIGKILL');
      await s.start(now);
    }
    await sleep(800);
    equal([wecom.taken.length, teams.taken.length, wecom.faults, teams.faults], [4, 2, [], []], 'never twice');
    await noSecrets(s);
  },

  async 'alerts that open and clear, and walks, are told once, also over kill -9 and an outage'(scene) {
    const room = await startService(scene, 'generic');
    const s = await site(scene, [{ id: 'room', kind: 'generic', url: room.url, charts: false, alerts_from: 'warning' }],
      { from: at(10, 2), speed: 20 });
    await roster(s, [['1', '王芳'], ['2', '李强']]);
    await s.redis.emit([{ ...state('1', 'ready'), ts: at(7, 50) }, { ...state('2', 'ready'), ts: at(7, 50) }, { ...state('1', 'break', { reason: 'rest' }), ts: at(10, 2) }]);
    await room.down();
    await s.redis.emit([{ ...state('1', 'break'), ts: at(9, 30) }].map(e => ({ ...e, ts: at(10, 3) })));
    const overrun = async () => Object.values((await s.daemon.view('alerts')).alerts).find(a => a.rule === 'break.allowances');
    await until('the break is too long', overrun, 60_000);
    await until('it waits', async () => (await chat(s.daemon))[0].queued > 0);
    await s.daemon.process.kill('SIGKILL'); // nobody was told yet
    await room.up();
    await s.start(at(10, 40));
    await until('it is told', () => about(room, '小休超时').length === 1, 30_000);
    assert(room.taken.some(text => text.includes('王芳') && text.includes('A')), room.taken.join('\n'));
    await s.redis.emit({ ...state('1', 'ready'), ts: await clockOf(s.daemon) });
    await until('the end', async () => !(await overrun()));
    const now = await clockOf(s.daemon);
    await s.daemon.process.kill('SIGKILL');
    await s.start(now);
    await until('its end is told', () => about(room, '小休超时').some(text => /恢复|解除|已/.test(text)), 90_000);
    await until('the walk is told', () => about(room, '巡场').length >= 1, 60_000);
    const seen = room.requests.map(r => JSON.parse(r.raw).id);
    equal([...new Set(seen)].length, room.taken.length, `no message twice: ${seen.join(' ')}`);
    equal(room.faults, [], 'faults');
    await noSecrets(s);
  },

  async 'a test message; what is refused is a dead letter, to be sent again or thrown away'(scene) {
    const room = await startService(scene, 'slack');
    const s = await site(scene, [{ id: 'room', kind: 'slack', url: room.url, alerts_from: 'none', walks: false }], { from: at(9, 58) });
    equal((await s.daemon.send('POST', 'chat/room/test')).status, 202, 'a test');
    await until('it came', () => about(room, '测试消息').length === 1);
    equal((await s.daemon.send('POST', 'chat/other/test')).status, 404, 'no such group');
    room.plan = ['wrong'];
    const dead = await until('the chart is refused', async () => (await chat(s.daemon))[0].dead[0], 30_000);
    assert(dead.title.includes('10:00') && dead.reason.length > 3 && dead.kind === 'chart', JSON.stringify(dead));
    await sleep(500); // until it is on the disk: before that it would be sent again
    const now = await clockOf(s.daemon);
    await s.daemon.process.kill('SIGKILL');
    await s.start(now);
    equal((await chat(s.daemon))[0].dead.map(d => d.id), [dead.id], 'it is still there');
    equal((await s.daemon.send('POST', 'chat/room/again', { item: 'nothing' })).status, 404, 'no such letter');
    equal((await s.daemon.send('POST', 'chat/room/again', {})).status, 400, 'which one');
    room.plan = ['wrong'];
    equal((await s.daemon.send('POST', 'chat/room/again', { item: dead.id, by: '张三' })).status, 202, 'again');
    await until('refused again', async () => (await chat(s.daemon))[0].dead.length === 1 && room.plan.length === 0);
    equal((await s.daemon.send('POST', 'chat/room/again', { item: dead.id })).status, 202, 'once more');
    await until('it came', () => about(room, '10:00').length === 1);
    await until('none is left', async () => (await chat(s.daemon))[0].dead.length === 0);
    room.plan = ['wrong'];
    await s.daemon.send('POST', 'charts/2026-11-23/publish', { n: 1 });
    const other = await until('another one', async () => (await chat(s.daemon))[0].dead[0]);
    equal((await s.daemon.send('POST', 'chat/room/drop', { item: other.id })).status, 202, 'thrown away');
    equal((await chat(s.daemon))[0].dead, [], 'gone');
    const records = (await s.daemon.send('GET', 'records')).body.records.filter(r => r.kind.startsWith('chat.')).map(r => r.kind);
    equal(records, ['chat.drop', 'chat.again', 'chat.again', 'chat.test'], 'on record');
    assert((await s.daemon.get('/metrics')).body.includes('shiftwall_chat_dead{to="room"} 0'), 'counted');
    await noSecrets(s);
  },

  async 'a destination that cannot be used is told, and the daemon does not start'(scene) {
    const redis = await startRedis(scene);
    const config = configure(scene, [{ id: 'room', kind: 'slack', url: 'http://hooks.example.com/x' }]);
    const daemon = await startDaemon(scene, { redis, ready: false, args: ['--config', config] });
    await until('it ends', () => daemon.process.over);
    assert(daemon.process.err.includes('notify: room:') && !daemon.process.err.includes('/x'), daemon.process.err);
  },
};
