// Floor walks: due, started, ticked, closed, missed, on record; the duty rota; and all of it after kill -9. The clock is
// a virtual one, a minute a second.
import path from 'node:path';
import { assert, clockOf, equal, startDaemon, startRedis, state, until, Wall } from './lib.mjs';

const MINUTE = 60_000;
const NINE = Date.UTC(2026, 10, 23, 9);

async function site(scene, { start = NINE - 2 * MINUTE, speed = 60 } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const data = path.join(scene.dir, 'data');
  let from = start;
  const run = async () => {
    const daemon = await startDaemon(scene, { redis, args: ['--data', data, '--clock', `${new Date(from).toISOString()},${speed}`] });
    await daemon.live();
    return daemon;
  };
  const s = { redis, daemon: await run() };
  s.again = async () => {
    const now = (await s.daemon.view('walk')).past ? await clockOf(s.daemon) : from;
    await s.daemon.process.kill('SIGKILL');
    from = now;
    s.daemon = await run();
    return s.daemon;
  };
  return s;
}

const walkOf = async daemon => (await daemon.view('walk')).walk;
const post = (daemon, walk, body) => daemon.send('POST', `walks/${encodeURIComponent(walk)}`, { by: '张三', ...body });

export default {
  async 'a walk is due, walked and on record, also after kill -9'(scene) {
    const s = await site(scene);
    await s.redis.emit([
      { ...state('1', 'busy'), ts: NINE - 60 * MINUTE, team: 'A' },
      { ...state('2', 'ready'), ts: NINE - 60 * MINUTE, team: 'A' },
    ]);
    const walk = await until('a walk is due', () => walkOf(s.daemon));
    equal([walk.id, walk.state], ['2026-11-23T09:00', 'due'], 'at nine');
    assert(Object.values(walk.items).some(i => i.agent === '1'), 'who is busy for an hour is on the list');
    await until('its alert', async () => Object.values((await s.daemon.view('alerts')).alerts).some(a => a.subject === `walk:${walk.id}`));
    equal((await post(s.daemon, walk.id, { action: 'tick', item: 'agent:1', tick: 'seen' })).status, 409, 'not before it is started');
    equal((await post(s.daemon, walk.id, { action: 'start' })).status, 201, 'started');
    equal((await post(s.daemon, walk.id, { action: 'start', by: '李四' })).status, 409, 'once');
    equal((await post(s.daemon, walk.id, { action: 'tick', item: 'agent:1', tick: 'helped', note: '耳机坏了' })).status, 201, 'ticked');
    equal((await post(s.daemon, walk.id, { action: 'tick', item: 'agent:9', tick: 'seen' })).status, 404, 'nobody of that number');
    equal((await post(s.daemon, walk.id, { action: 'tick', item: 'agent:1', tick: 'nice' })).status, 422, 'no such tick');
    equal((await post(s.daemon, walk.id, { action: 'note', note: '一切正常' })).status, 201, 'noted');
    const before = await walkOf(s.daemon);
    await s.again();
    const after = await until('the walk is there again', () => walkOf(s.daemon));
    equal([after.state, after.by, after.notes], ['started', '张三', '一切正常'], 'as it was');
    equal(after.items['agent:1'].tick, 'helped', 'with its ticks');
    equal(after.items['agent:1'].note, '耳机坏了', 'and notes');
    equal(Object.keys(after.items).sort(), Object.keys(before.items).sort(), 'and its list');
    equal((await post(s.daemon, walk.id, { action: 'close' })).status, 201, 'closed');
    equal((await post(s.daemon, walk.id, { action: 'close' })).status, 409, 'once');
    await until('done', async () => (await s.daemon.view('walk')).today?.done === 1);
    const { past } = await s.daemon.view('walk');
    equal([past[walk.id].state, past[walk.id].ticked], ['done', 1], 'in the day\'s report');
  },

  async 'a walk nobody makes is reminded of and missed'(scene) {
    const s = await site(scene, { speed: 300 });
    const walk = await until('a walk is due', () => walkOf(s.daemon));
    const severity = async () => Object.values((await s.daemon.view('alerts')).alerts).find(a => a.subject === `walk:${walk.id}`)?.severity;
    await until('a reminder', async () => (await severity()) === 'warning');
    await until('missed', async () => (await severity()) === 'critical');
    const view = await s.daemon.view('walk');
    equal([view.today.due, view.today.done, view.today.missed], [1, 0, 1], 'compliance');
  },

  async 'the rota says who is on duty, and duty is handed over'(scene) {
    const s = await site(scene);
    const csv = 'date,role,person,from,to\n2026-11-23,duty,zhang,08:00,20:00\n2026-11-23,duty,li,20:00,08:00\n';
    const bad = await s.daemon.send('POST', 'duty', csv.replace('20:00\n', '25:00\n'), { type: 'text/csv' });
    equal([bad.status, bad.body.faults[0].line], [422, 2], 'a fault is told with its line');
    equal((await s.daemon.send('POST', 'duty', csv, { type: 'text/csv' })).status, 201, 'the rota is taken');
    await until('zhang', async () => (await s.daemon.view('walk')).duty?.person === 'zhang');
    equal((await s.daemon.send('GET', 'duty')).body.duty.length, 2, 'and can be read');
    const over = await s.daemon.send('POST', 'duty', { person: 'wang', from: NINE - 30 * MINUTE, to: NINE + 120 * MINUTE, by: 'zhang' });
    equal(over.status, 201, 'handed over');
    await until('wang', async () => (await s.daemon.view('walk')).duty?.person === 'wang');
    await s.again();
    await until('wang still', async () => (await s.daemon.view('walk')).duty?.person === 'wang');
    equal((await s.daemon.send('DELETE', `duty/${over.body.key}`, { by: 'zhang' })).status, 201, 'taken back');
    await until('zhang again', async () => (await s.daemon.view('walk')).duty?.person === 'zhang');
  },
};
