// What leaders record: confirmed only when it is durable, seen by everybody, once, and there again after kill -9.
import fs from 'node:fs';
import path from 'node:path';
import { assert, equal, sleep, startDaemon, startRedis, state, until, Wall } from './lib.mjs';

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave\n';
const MINUTE = 60_000;
const clock = t => new Date(t).toISOString().slice(11, 16);
const date = t => new Date(t).toISOString().slice(0, 10);
const row = (agent, team, from, to, rest = ',') => `${date(from)},${agent},${agent}号,${team},${agent},${clock(from)},${clock(to)},${rest}`;

// the day starts at noon or midnight, whichever is hours away: no test crosses it
const dayStarts = () => (new Date().getUTCHours() >= 4 && new Date().getUTCHours() < 20 ? '00:00' : '12:00');
const businessDate = t => date(dayStarts() === '00:00' ? t : t - 12 * 60 * MINUTE);

async function site(scene, { policy = '' } = {}) {
  const data = path.join(scene.dir, 'data');
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, `${policy}site:\n  day_starts: "${dayStarts()}"\n`);
  const redis = await startRedis(scene, { persistent: true });
  const start = async () => {
    const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', data] });
    await daemon.live();
    return daemon;
  };
  return { redis, data, config, start, daemon: await start() };
}

// Agent 1 came seven minutes late, agent 2 did not come, agent 3 is on time.
async function morning({ redis, daemon }) {
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const from = now - 60 * MINUTE;
  const to = now + 60 * MINUTE;
  const csv = HEAD + ['1', '2', '3'].map(agent => row(agent, 'A', from, to)).join('\n');
  const done = await daemon.send('POST', 'roster', csv, { type: 'text/csv' });
  equal([done.status, done.body.shifts], [201, 3], 'the roster is taken');
  const at = (agent, name, ts) => ({ ...state(agent, name), ts });
  await redis.emit([at('1', 'ready', from + 7 * MINUTE), at('3', 'ready', from - 10 * MINUTE)]);
  const breach = await until('two breaches', async () => {
    const list = Object.entries((await daemon.view('breaches')).breaches);
    return list.length === 2 && Object.fromEntries(list.map(([id, b]) => [b.rule, { id, ...b }]));
  });
  return { from, to, breach };
}

export default {
  async 'an excuse, by a grant and by a decision, is seen and survives kill -9'(scene) {
    const s = await site(scene);
    const { from, breach } = await morning(s);
    equal([breach.late.agent, breach.late.value_ms, breach.late.step, breach.late.n], ['1', 7 * MINUTE, 'remind', 1], 'late');
    equal([breach.absent.agent, breach.absent.step], ['2', 'remind'], 'absent');
    const wall = new Wall(scene, s.daemon, { views: ['breaches', 'grants', 'alerts', 'shifts'] });
    await wall.opened;
    await until('the alert of the absence', () => Object.values(wall.docs.alerts?.alerts ?? {}).some(a => a.rule === 'absent'));
    const grant = await s.daemon.send('POST', 'grants', { agent: '1', kind: 'late', from, to: from + 10 * MINUTE, reason: '堵车', by: '张三' });
    equal(grant.status, 201, 'the grant is confirmed');
    await until('the wall sees it excused', () => wall.docs.breaches.breaches[breach.late.id]?.excused);
    equal(Object.values(wall.docs.grants.grants)[0].reason, '堵车', 'and the grant');
    const decision = await s.daemon.send('POST', `breaches/${breach.absent.id}/decision`, { outcome: 'excuse', reason: '病假', by: '李四' });
    equal(decision.status, 201, 'the decision is confirmed');
    await s.daemon.process.kill('SIGKILL');
    const again = await s.start();
    const breaches = await until('the breaches are there again', async () => {
      const got = (await again.view('breaches')).breaches;
      return Object.keys(got).length === 2 && got;
    });
    assert(breaches[breach.late.id].excused && breaches[breach.absent.id].excused, 'both are excused');
    equal(breaches[breach.absent.id].decision.by, '李四', 'by whom');
    equal((await again.view('site')).attendance.due, 3, 'the roster is there again');
    const id = grant.body.key;
    equal((await again.send('DELETE', `grants/${id}`, { by: '张三', reason: '误操作' })).status, 201, 'the grant is taken back');
    await until('late counts again', async () => !(await again.view('breaches')).breaches[breach.late.id].excused);
    equal((await again.send('DELETE', `grants/${id}`)).status, 404, 'only once');
    const { body } = JSON.parse(JSON.stringify(await again.send('GET', 'records?agent=1')));
    equal(body.records.map(r => r.kind).filter(k => k.startsWith('grant')).join(), 'grant.undo,grant', 'all of it is on record');
    equal(wall.faults, [], 'every patch fitted');
  },

  async 'of two leaders the first decides, and the second is told who it was'(scene) {
    const s = await site(scene);
    const { breach } = await morning(s);
    const answers = await Promise.all(
      ['甲', '乙', '丙'].map(by => s.daemon.send('POST', `breaches/${breach.late.id}/decision`, { outcome: 'confirm', by })),
    );
    equal(answers.map(a => a.status).sort(), [201, 409, 409], 'one wins');
    const winner = answers.find(a => a.status === 201).body.by;
    for (const a of answers.filter(a => a.status === 409)) equal(a.body.record.by, winner, 'the others are told');
    equal((await s.daemon.send('DELETE', `breaches/${breach.late.id}/decision`, { by: winner })).status, 201, 'taken back');
    equal((await s.daemon.send('POST', `breaches/${breach.late.id}/decision`, { outcome: 'excuse', by: '丁' })).status, 422, 'an excuse needs a reason');
    equal((await s.daemon.send('POST', `breaches/${breach.late.id}/decision`, { outcome: 'excuse', reason: '系统', by: '丁' })).status, 201, 'decided anew');
    equal((await s.daemon.send('POST', 'breaches/0000000000000000/decision', { outcome: 'confirm' })).status, 404, 'no such breach');
    const alert = await until('an alert', async () => Object.entries((await s.daemon.view('alerts')).alerts).find(([, a]) => a.rule === 'absent')?.[0]);
    const acks = await Promise.all(['甲', '乙'].map(by => s.daemon.send('POST', `alerts/${alert}/ack`, { by })));
    equal(acks.map(a => a.status).sort(), [201, 409], 'one acknowledges');
    assert((await s.daemon.view('alerts')).alerts[alert].acked_by, 'it says who');
  },

  async 'kill -9 while leaders write: nothing confirmed is missing'(scene) {
    const s = await site(scene);
    const { from, to } = await morning(s);
    let daemon = s.daemon;
    const confirmed = new Set();
    for (let round = 0; round < 4; round++) {
      let over = false;
      const writers = [0, 1, 2].map(async writer => {
        for (let i = 0; !over; i++) {
          const reason = `${round}-${writer}-${i}`;
          const done = await daemon.send('POST', 'grants', { agent: '3', kind: 'busy', from, to, reason }).catch(() => null);
          if (done?.status === 201) confirmed.add(`${done.body.key} ${reason}`);
          if (!done) return;
        }
      });
      await sleep(150 + round * 70);
      await daemon.process.kill('SIGKILL');
      over = true;
      await Promise.all(writers);
      daemon = await s.start();
      const grants = await until('the grants', async () => (await daemon.view('grants')).grants);
      const there = new Set(Object.entries(grants).map(([id, g]) => `${id} ${g.reason}`));
      for (const one of confirmed) assert(there.has(one), `${one} was confirmed and is missing`);
    }
    assert(confirmed.size > 20, `only ${confirmed.size} were confirmed`);
  },

  async 'a roster is checked, refused whole with lines and columns, replaced'(scene) {
    const { daemon } = await site(scene);
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    const bad = `${HEAD}${row('1', 'A', now, now + 60 * MINUTE)}\n${date(now)},2,,A,,8:00,25:00,,\n`;
    const post = (csv, query = '') => daemon.send('POST', `roster${query}`, csv, { type: 'text/csv' });
    const refused = await post(bad);
    equal(refused.status, 422, 'refused');
    equal(refused.body.faults.map(f => [f.line, f.column]).join(' '), '3,18 3,23', 'where the faults are');
    equal((await post(`${HEAD}`)).status, 422, 'an empty one, too');
    const good = HEAD + row('1', 'A', now, now + 60 * MINUTE);
    equal((await post(good, '?check=1')).status, 200, 'a good one is only checked');
    const of = async () => (await daemon.send('GET', `roster?date=${date(now)}`)).body.shifts.map(shift => shift.agent).join();
    equal(await of(), '', 'and not taken');
    equal((await post(good)).body.dates, [date(now)], 'then taken');
    equal(await of(), '1', 'it is there');
    await post(HEAD + row('7', 'A', now, now + 60 * MINUTE));
    equal(await of(), '7', 'a newer one replaces the day');
    equal((await daemon.send('GET', 'roster?date=2026-02-30')).status, 400, 'a date that is none');
    equal((await daemon.send('POST', 'roster', good)).status, 415, 'JSON it is not');
  },

  async 'without a store the walls go on and recording says that it cannot'(scene) {
    const redis = await startRedis(scene);
    const config = path.join(scene.dir, 'c.yaml');
    fs.writeFileSync(config, 'site:\n  name: x\n');
    const data = path.join(scene.dir, 'data');
    fs.mkdirSync(data);
    fs.writeFileSync(path.join(data, 'shiftwall.db'), 'this is no database, but it may be all somebody has');
    const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', data] });
    await until('not ready', async () => /cannot|nothing can be recorded/.test((await daemon.get('/readyz')).body));
    await redis.emit([state('1', 'ready')]);
    await until('the wall shows the agent', async () => (await daemon.view('agents')).agents['1']?.state === 'ready');
    const now = Date.now();
    const done = await daemon.send('POST', 'grants', { agent: '1', kind: 'busy', from: now, to: now + 1000, reason: 'x' });
    equal(done.status, 503, 'it cannot be recorded');
    assert(/restore a backup/.test(done.body.detail), done.body.detail);
    equal(fs.readFileSync(path.join(data, 'shiftwall.db'), 'utf8').slice(0, 19), 'this is no database', 'the file is left alone');
  },

  async 'intervals that are over are kept in the store'(scene) {
    const s = await site(scene);
    const ts = Date.now() - 40 * MINUTE;
    await s.redis.emit([{ type: 'call.queued', ts, call: 'c', queue: 'q' }, { type: 'call.abandoned', ts: ts + 9000, call: 'c' }]);
    await until('counted', async () => (await s.daemon.view('queues')).queues?.q?.today.abandoned === 1);
    await s.daemon.process.kill('SIGTERM');
    const again = await s.start();
    await until('rows of history', async () => (await again.metric('shiftwall_store_history_rows_total')) >= 2);
    equal(await again.metric('shiftwall_store_failures_total'), 0, 'without a failure');
  },

  async 'SIGHUP puts another policy in force, and a faulty one not'(scene) {
    const policy = path.join(scene.dir, 'policy.yaml');
    fs.writeFileSync(policy, 'name: ours\nrules:\n  busy:\n    limit: 1h\n    reason: optional\n');
    const s = await site(scene, { policy: `policy: ${policy}\n` });
    const busy = Date.now() - 10 * MINUTE;
    await s.redis.emit([{ ...state('1', 'busy'), ts: busy }]);
    await until('busy', async () => (await s.daemon.view('agents')).agents['1']?.state === 'busy');
    const alert = async () => Object.values((await s.daemon.view('alerts')).alerts).find(a => a.rule === 'busy');
    await until('the policy is shown', async () => (await s.daemon.view('policy')).name === 'ours');
    equal(await alert(), undefined, 'an hour is allowed');
    fs.writeFileSync(policy, 'name: ours\nrules:\n  busy:\n    limit: 5m\n    reason: optional\n');
    s.daemon.process.child.kill('SIGHUP');
    await until('the alert', alert);
    assert(Math.abs((await alert()).since - busy - 5 * MINUTE) < 10 * MINUTE, 'since the limit was passed');
    fs.writeFileSync(policy, 'name: ours\nrules:\n  busy:\n    limit: never ever\n');
    s.daemon.process.child.kill('SIGHUP');
    await until('the fault is told', () => /policy.yaml:4: /.test(s.daemon.process.err));
    assert(await alert(), 'what was in force stays');
    fs.writeFileSync(policy, 'name: ours\nrules:\n  busy:\n    on: false\n');
    s.daemon.process.child.kill('SIGHUP');
    await until('the alert closes', async () => !(await alert()));
  },

  async 'shifts are swapped, notices shown, agents recalled, all on record'(scene) {
    const s = await site(scene, { policy: '' });
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    const rows = [row('1', 'A', now + 60 * MINUTE, now + 120 * MINUTE), row('2', 'B', now + 180 * MINUTE, now + 240 * MINUTE)];
    equal((await s.daemon.send('POST', 'roster', HEAD + rows.join('\n'), { type: 'text/csv' })).status, 201, 'a roster');
    const keys = [`1@${now + 60 * MINUTE}`, `2@${now + 180 * MINUTE}`];
    equal((await s.daemon.send('POST', 'swaps', { a: keys[0], b: '2@5', reason: 'x' })).status, 422, 'no such shift');
    equal((await s.daemon.send('POST', 'swaps', { a: keys[0], b: keys[1], reason: '家事', by: '张三' })).status, 201, 'swapped');
    const swapped = async daemon => Object.keys((await daemon.view('shifts')).shifts ?? {}).sort().join();
    const expected = [`1@${now + 180 * MINUTE}`, `2@${now + 60 * MINUTE}`].sort().join();
    await s.redis.emit([state('9', 'break')]);
    await until('the shifts show it', async () => (await swapped(s.daemon)) === expected);
    equal((await s.daemon.send('POST', 'notices', { text: '系统升级', by: '张三' })).status, 201, 'a notice');
    equal((await s.daemon.send('POST', 'notices', { text: '过去', until: now - MINUTE })).status, 422, 'that is over already');
    await until('the wall shows it', async () => (await s.daemon.view('site')).notices?.some(n => n.text === '系统升级'));
    equal((await s.daemon.send('POST', 'recalls', { agent: '9', by: '张三' })).status, 201, 'recalled from the break');
    equal((await s.daemon.send('POST', 'recalls', { agent: '1', by: '张三' })).status, 422, 'who is not on one cannot be');
    await s.daemon.process.kill('SIGKILL');
    const again = await s.start();
    await s.redis.emit([state('9', 'ready')]);
    await until('after kill -9, too', async () => (await swapped(again)) === expected);
    await until('and the notice', async () => (await again.view('site')).notices?.some(n => n.text === '系统升级'));
    const kinds = (await again.send('GET', 'audit')).body.records.map(r => r.kind);
    for (const kind of ['swap', 'notice', 'recall', 'roster']) assert(kinds.includes(kind), `${kind} is on record`);
  },

  async 'leave in a blackout is warned of, a night counts twice, overtime waits for approval'(scene) {
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    const policy = path.join(scene.dir, 'policy.yaml');
    fs.writeFileSync(policy, `name: ours\nleave:\n  around_start: 1h\n  night: 2\n  blackout: ["${businessDate(now + 3 * 24 * 60 * MINUTE)}"]\n`);
    const s = await site(scene, { policy: `policy: ${policy}\n` });
    const rows = [row('1', 'A', now + 30 * MINUTE, now + 90 * MINUTE), row('2', 'A', now - 120 * MINUTE, now - 30 * MINUTE)];
    equal((await s.daemon.send('POST', 'roster', HEAD + rows.join('\n'), { type: 'text/csv' })).status, 201, 'a roster');
    const asked = async (agent, from, to) => (await s.daemon.send('POST', 'grants?check=1', { agent, kind: 'leave', from, to, reason: '家事' })).body;
    equal((await asked('1', now + 30 * MINUTE, now + 90 * MINUTE)).blackout, 'taking_over', 'half an hour before taking over');
    equal((await asked('1', now + 3 * 24 * 60 * MINUTE, now + 3 * 24 * 60 * MINUTE + MINUTE)).blackout, 'date', 'a date of the list');
    equal((await asked('2', now - 60 * MINUTE, now - 50 * MINUTE)).blackout, undefined, 'any other time');
    await s.redis.emit([{ ...state('2', 'ready'), ts: now - 120 * MINUTE }]);
    const shift = async () => Object.values((await s.daemon.view('shifts')).shifts).find(one => one.agent === '2');
    await until('the overtime is seen', async () => (await shift()).overtime_ms >= 30 * MINUTE);
    equal((await shift()).overtime_granted, false, 'not approved');
    equal((await s.daemon.send('POST', 'grants', { agent: '2', kind: 'overtime', from: now - 30 * MINUTE, to: now + 60 * MINUTE, reason: '故障' })).status, 201, 'approved');
    await until('it is', async () => (await shift()).overtime_granted === true);
  },

  async 'attendance of days, months, teams and agents is in the history'(scene) {
    const s = await site(scene);
    const { from } = await morning(s);
    await s.daemon.process.kill('SIGKILL');
    const again = await s.start();
    await until('the rules are in force', async () => Object.keys((await again.view('breaches')).breaches).length === 2);
    const sums = async query => (await again.send('GET', `attendance${query}`)).body.attendance;
    const [day] = await until('the history', async () => {
      const got = await sums('');
      return got.length && got[0].attended && got;
    });
    const live = (await again.view('site')).attendance;
    equal([day.key, day.begun, day.due, day.attended, day.absent, day.late], [date(from), 3, 3, 2, 1, 1], 'the day');
    equal(day.attendance_rate, live.attendance_rate, 'the rate is that of the wall');
    equal((await sums('?by=month')).map(one => [one.key, one.due]), [[date(from).slice(0, 7), 3]], 'the month');
    equal((await sums('?by=team&team=A')).map(one => [one.key, one.due]), [['A', 3]], 'the team');
    equal(await sums('?by=team&team=B'), [], 'another team');
    equal((await sums('?by=agent')).map(one => [one.key, one.attended]), [['1', 1], ['2', 0], ['3', 1]], 'the agents');
    const [late] = await sums('?by=agent&agent=1');
    assert(late.signed_in_ms === late.expected_ms - 7 * MINUTE && late.adherence < 1, 'seven minutes late');
    equal(await sums(`?from=${from + 1}`), [], 'none began later');
    equal((await again.send('GET', 'attendance?by=moon')).status, 400, 'by what?');
  },

  async 'what is not understood is told'(scene) {
    const { daemon } = await site(scene);
    const post = (path_, body, options) => daemon.send('POST', path_, body, options);
    equal((await post('grants', '{')).status, 400, 'not JSON');
    equal((await post('grants', { agent: 5 })).status, 400, 'a number for a text');
    equal((await post('grants', { agent: '1' }, { type: 'text/plain' })).status, 415, 'another content type');
    equal((await post('grants', { agent: 'nobody', kind: 'busy' })).status, 422, 'nobody');
    equal((await post('alerts/x/ack', {})).status, 404, 'no such alert');
    equal((await daemon.send('GET', 'grants')).status, 405, 'a method that is not there');
    equal((await post('nothing', {})).status, 405, 'a path that is not there cannot be written');
  },
};
