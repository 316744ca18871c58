// Restarts with a checkpoint: the figures are those of a daemon that never stopped, and a checkpoint that is of no use is
// ignored with one line.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SLOW, Wall, assert, call, equal, sleep, startDaemon, startRedis, state, toolPath, unique, until } from './lib.mjs';

const audit = (redis, daemon) => spawnSync(toolPath, ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url], { encoding: 'utf8', timeout: 60000 });
const offered = daemon => daemon.view('queues').then(view => view.queues?.q?.today.offered ?? 0);
const warnings = daemon => daemon.process.err.split('\n').filter(line => /checkpoint\.ignored/.test(line));

// A call that is answered, one that is abandoned, and one that goes on waiting.
async function work(redis, agent) {
  const [a, b, c] = [unique(), unique(), unique()];
  const events = [
    state(agent, 'ready', { team: 't', id: unique() }),
    ...[a, b, c].map(id => call('queued', id, { queue: 'q', id: unique() })),
    call('answered', a, { agent }),
    state(agent, 'talking'),
    call('abandoned', b),
    call('ended', a),
    state(agent, 'wrapup'),
  ];
  for (const event of events) await redis.emit(event);
  return events.length;
}

async function figures(daemon) {
  const [queues, teams, agents] = [await daemon.view('queues'), await daemon.view('teams'), await daemon.view('agents')];
  const { today, now } = queues.queues.q;
  return { today, waiting: now?.waiting, agents: Object.values(agents.agents).map(({ id, state: name, since }) => ({ id, name, since })), teams: Object.keys(teams.teams) };
}

async function begin(scene, { args = [], redis } = {}) {
  redis ??= await startRedis(scene);
  const data = path.join(scene.dir, 'data');
  const daemon = await startDaemon(scene, { redis, args: ['--data', data, ...args] });
  await daemon.live();
  return { redis, daemon, file: path.join(data, 'checkpoint-main') };
}

async function again(daemon, signal) {
  await daemon.process.kill(signal);
  await daemon.start();
  await daemon.live();
}

// A checkpoint that was begun and written after now.
async function oneMore(daemon) {
  const written = () => daemon.metric('shiftwall_checkpoints_total{site="main",result="written"}');
  const before = await written();
  await until('two checkpoints', async () => (await written()) >= before + 2); // one may have been under way
}

async function assertAudited(redis, daemon) {
  const { status, stdout, stderr } = audit(redis, daemon);
  equal(status, 0, `audit says ${stdout}${stderr}`);
}

export default {
  async 'stopped and started: nothing is read again'(scene) {
    const { redis, daemon, file } = await begin(scene);
    for (let i = 0; i < 20; i++) await work(redis, `a${i % 4}`);
    await redis.publish(call('queued', unique(), { queue: 'q' })); // plain: in no journal
    await until('61 calls', async () => (await offered(daemon)) === 61);
    const before = await figures(daemon);
    const wall = new Wall(scene, daemon, { views: ['queues', 'site', 'agents'] });
    await until('the wall has its views', () => wall.vers.queues && wall.vers.site && wall.vers.agents);
    const have = { ...wall.vers };
    await again(daemon, 'SIGTERM');
    assert(fs.statSync(file).size > 1000, 'a checkpoint');
    equal((fs.statSync(file).mode & 0o777).toString(8), '600', 'nobody else may read it');
    equal(await figures(daemon), before, 'figures');
    equal(await daemon.metric('shiftwall_start_replayed_events'), 0, 'events read again');
    equal((await daemon.view('site')).feed.incomplete_since, undefined, 'incomplete');
    equal(warnings(daemon), [], 'warnings');
    // a wall that comes back with what it has gets the truth
    const returned = new Wall(scene, daemon, { views: ['queues', 'site', 'agents'], have });
    await until('its views', () => returned.vers.queues && returned.vers.site && returned.vers.agents);
    equal(returned.vers.queues.split(':')[0], have.queues.split(':')[0], 'the epoch stays');
    assert(BigInt(returned.vers.queues.split(':')[1]) > BigInt(have.queues.split(':')[1]), 'and the versions go on');
    await work(redis, 'a1');
    await until('64 calls on the wall', () => returned.docs.queues?.queues.q.today.offered === 64);
    equal(returned.faults, [], 'patches that did not fit');
  },

  async 'killed (-9): the checkpoint and the journal since'(scene) {
    const { redis, daemon } = await begin(scene, { args: ['--checkpoint', '1'] });
    let events = 0;
    await redis.emit({ type: 'alarm', ts: Date.now(), source: 'ivr', state: 'raised', severity: 'critical', text: 'The line is down' });
    for (let i = 0; i < 30; i++) events += await work(redis, `a${i % 5}`);
    await until('90 calls', async () => (await offered(daemon)) === 90);
    await oneMore(daemon);
    for (let i = 0; i < 10; i++) events += await work(redis, `a${i % 7}`);
    await until('120 calls', async () => (await offered(daemon)) === 120);
    const before = await figures(daemon);
    const alerts = Object.values((await daemon.view('alerts')).alerts).map(({ id, rule, opened }) => ({ id, rule, opened }));
    assert(alerts.some(({ rule }) => rule === 'alarm'), 'an alert is open');
    await again(daemon, 'SIGKILL');
    equal(await figures(daemon), before, 'figures');
    const after = await until('the alerts', async () => {
      const list = Object.values((await daemon.view('alerts')).alerts ?? {});
      return list.length && list.map(({ id, rule, opened }) => ({ id, rule, opened }));
    });
    equal(after, alerts, 'alerts');
    const replayed = await daemon.metric('shiftwall_start_replayed_events');
    assert(replayed <= events / 4, `${replayed} of ${events} events were read again`);
    equal(warnings(daemon), [], 'warnings');
    await assertAudited(redis, daemon);
    // while it is down, more happens
    await daemon.process.kill('SIGKILL');
    for (let i = 0; i < 5; i++) await work(redis, 'late');
    await daemon.start();
    await daemon.live();
    equal(await offered(daemon), 135, 'with what came meanwhile');
    await assertAudited(redis, daemon);
  },

  async 'killed (-9) under load, again and again'(scene) {
    const { redis, daemon } = await begin(scene, { args: ['--checkpoint', '1'] });
    let calls = 0;
    let over = false;
    const load = (async () => {
      while (!over) {
        await work(redis, `a${calls % 9}`);
        calls += 3;
        if (SLOW > 1) await sleep(2); // as fast as it can be read, or it is never live
      }
    })();
    load.catch(() => {}); // when the scenario failed already
    for (let i = 0; i < 4; i++) {
      await sleep(700 + 400 * i);
      await again(daemon, 'SIGKILL');
    }
    assert((await daemon.metric('shiftwall_checkpoints_total{site="main",result="loaded"}')) === 1, 'the last start went on from a checkpoint');
    over = true;
    await load;
    await until('all calls', async () => (await offered(daemon)) === calls);
    await assertAudited(redis, daemon);
    equal(await daemon.metric('shiftwall_events_rejected_total{site="main",reason="bad_message"}'), 0, 'messages that are none');
  },

  async 'plain events: lost when they came after the checkpoint, else not'(scene) {
    const { redis, daemon } = await begin(scene, { args: ['--checkpoint', '1'] });
    await redis.publish(call('queued', unique(), { queue: 'q' }));
    await until('one call', async () => (await offered(daemon)) === 1);
    await oneMore(daemon);
    await again(daemon, 'SIGKILL');
    equal(await offered(daemon), 1, 'the checkpoint has it');
    await until('complete', async () => (await daemon.view('site')).feed.status === 'live');
    equal((await daemon.view('site')).feed.incomplete_since, undefined, 'incomplete');
    await daemon.process.kill('SIGTERM');
    // one that comes after the last checkpoint: none is taken for an hour
    const late = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data'), '--checkpoint', '3600'] });
    await late.live();
    await redis.publish(call('queued', unique(), { queue: 'q' }));
    await until('two calls', async () => (await offered(late)) === 2);
    await until('it is marked', async () => /checkpoint/.test(await redis.client.send('GET', 'sw:{main}:view:plain')));
    await again(late, 'SIGKILL');
    equal(await offered(late), 1, 'it is lost');
    await until('that is said', async () => (await late.view('site')).feed.status === 'incomplete');
    await again(late, 'SIGTERM');
    await until('and not forgotten', async () => (await late.view('site')).feed.status === 'incomplete');
  },

  async 'a damaged checkpoint is ignored'(scene) {
    const { redis, daemon, file } = await begin(scene);
    for (let i = 0; i < 5; i++) await work(redis, 'a');
    await until('15 calls', async () => (await offered(daemon)) === 15);
    await daemon.process.kill('SIGTERM');
    const good = fs.readFileSync(file);
    const harms = {
      flipped: () => (good => ((good[good.length >> 1] ^= 4), good))(Buffer.from(good)),
      'cut short': () => good.subarray(0, good.length - 9),
      empty: () => Buffer.alloc(0),
      noise: () => Buffer.alloc(3000, 'x'),
    };
    for (const [name, harm] of Object.entries(harms)) {
      fs.writeFileSync(file, harm());
      await daemon.start();
      await daemon.live();
      equal(await offered(daemon), 15, `${name}: calls`);
      equal(warnings(daemon).length, 1, `${name}: one line`);
      assert(/it is damaged/.test(warnings(daemon)[0]), warnings(daemon)[0]);
      assert((await daemon.metric('shiftwall_start_replayed_events')) === 45, `${name}: the journal was read`);
      await assertAudited(redis, daemon);
      await daemon.process.kill('SIGKILL');
    }
    // a folder in its place: neither read nor written, and the daemon runs
    fs.rmSync(file);
    fs.mkdirSync(file);
    await daemon.start();
    await daemon.live();
    equal(warnings(daemon).length, 1, 'one line');
    await again(daemon, 'SIGTERM');
    equal(await offered(daemon), 15, 'calls');
  },

  async 'a checkpoint of another configuration is ignored'(scene) {
    const config = path.join(scene.dir, 'site.yaml');
    fs.writeFileSync(config, 'site:\n  queues:\n    - {id: q, target_s: 20}\n');
    const { redis, daemon } = await begin(scene, { args: ['--config', config] });
    await work(redis, 'a');
    await until('3 calls', async () => (await offered(daemon)) === 3);
    await again(daemon, 'SIGTERM');
    equal(warnings(daemon), [], 'warnings');
    fs.writeFileSync(config, 'site:\n  queues:\n    - {id: q, target_s: 30}\n');
    await again(daemon, 'SIGTERM');
    equal(warnings(daemon).length, 1, 'one line');
    assert(/configuration/.test(warnings(daemon)[0]), warnings(daemon)[0]);
    equal(await offered(daemon), 3, 'calls');
  },

  async 'a checkpoint of days ago is ignored'(scene) {
    const redis = await startRedis(scene);
    const data = path.join(scene.dir, 'data');
    const on = async day => {
      const daemon = await startDaemon(scene, { redis, args: ['--data', data, '--clock', `2026-11-${day}T10:00:00Z,1`] });
      await daemon.live();
      return daemon;
    };
    const early = await on('02');
    await redis.emit(call('queued', unique(), { queue: 'q', ts: Date.parse('2026-11-02T10:00:00Z') }));
    await until('one call', async () => (await offered(early)) === 1);
    await early.process.kill('SIGTERM');
    const next = await on('03'); // of yesterday: taken
    equal(warnings(next), [], 'warnings');
    await next.process.kill('SIGKILL');
    const late = await on('09');
    equal(warnings(late).length, 1, 'one line');
    assert(/too old/.test(warnings(late)[0]), warnings(late)[0]);
  },

  async 'the journal was replaced or trimmed meanwhile'(scene) {
    const { redis, daemon } = await begin(scene);
    for (let i = 0; i < 5; i++) await work(redis, 'a');
    await until('15 calls', async () => (await offered(daemon)) === 15);
    await daemon.process.kill('SIGTERM');
    await redis.client.send('FLUSHALL');
    await redis.loadFunction();
    await work(redis, 'b');
    await daemon.start();
    await daemon.live();
    equal(await offered(daemon), 3, 'calls of the new journal');
    await until('it says so', async () => (await daemon.view('site')).feed.status === 'incomplete');
    for (let i = 0; i < 5; i++) await work(redis, 'b');
    await until('18 calls', async () => (await offered(daemon)) === 18);
    await daemon.process.kill('SIGTERM');
    for (let i = 0; i < 5; i++) await work(redis, 'b');
    await redis.client.send('XTRIM', 'sw:{main}:journal', 'MAXLEN', '=', '9');
    await daemon.start();
    await daemon.live();
    equal(await offered(daemon), 3, 'what is left of it');
    await until('it says so', async () => (await daemon.view('site')).feed.status === 'incomplete');
    await assertAudited(redis, daemon);
  },

  async 'the wall as it was'(scene) {
    const { redis, daemon } = await begin(scene);
    const at = (moment, view, headers) => daemon.get(`/api/v1/sites/main/at/${encodeURIComponent(moment)}/views/${view}`, headers);
    const start = Date.now();
    equal((await at(start - 1000, 'site')).status, 404, 'before there was a journal');
    for (let i = 0; i < 4; i++) await work(redis, `a${i}`);
    await until('12 calls', async () => (await offered(daemon)) === 12);
    const before = await figures(daemon);
    await sleep(20);
    const then = Number((await redis.client.send('TIME'))[0]) * 1000 + Math.ceil(Number((await redis.client.send('TIME'))[1]) / 1000);
    await sleep(20);
    for (let i = 0; i < 3; i++) await work(redis, 'later');
    await until('21 calls', async () => (await offered(daemon)) === 21);
    const [queues, agents, teams, site, team, intervals] = await Promise.all(
      ['queues', 'agents', 'teams', 'site', 'agents/t', 'intervals'].map(name => at(new Date(then).toISOString(), name)),
    );
    for (const { status, body } of [queues, agents, teams, site, team, intervals]) equal(status, 200, body);
    equal(JSON.parse(queues.body).queues.q.today, before.today, 'its calls');
    equal(Object.values(JSON.parse(agents.body).agents).map(({ id, state: name, since }) => ({ id, name, since })), before.agents, 'its agents');
    equal(Object.keys(JSON.parse(teams.body).teams), before.teams, 'its teams');
    equal(JSON.parse(team.body).agents, JSON.parse(agents.body).agents, 'a team of all');
    equal(JSON.parse(site.body).feed.status, 'live', 'all of it is in the journal');
    assert(Object.values(JSON.parse(intervals.body).intervals).length > 0, 'intervals');
    const { etag } = queues.headers;
    assert(/^"[0-9a-f]{32}"$/.test(etag), etag);
    equal((await at(then, 'queues', { 'if-none-match': etag })).status, 304, 'the same moment again');
    // what there is not
    const wrong = { 'views/alerts': 404, 'views/agents/none': 404, 'views/nonsense': 404, views: 404 };
    for (const [rest, status] of Object.entries(wrong)) equal((await daemon.get(`/api/v1/sites/main/at/${then}/${rest}`)).status, status, rest);
    equal((await at('yesterday', 'site')).status, 400, 'no time');
    const future = await at(Date.now() + 3600000, 'site');
    equal([future.status, /yet to come/.test(future.body)], [404, true], 'a moment to come');
    const long = await at(start - 10 * 86400000, 'site');
    equal([long.status, /does not go back/.test(long.body)], [404, true], 'before the journal');
    await redis.client.send('XTRIM', 'sw:{main}:journal', 'MAXLEN', '=', '9');
    const trimmed = await at(then - 1, 'site');
    equal([trimmed.status, /does not go back/.test(trimmed.body)], [404, true], 'trimmed');
    // a plain event is in no journal: that is said
    await redis.publish(call('queued', unique(), { queue: 'q' }));
    await until('22 calls', async () => (await offered(daemon)) === 22);
    equal(JSON.parse((await at(Date.now(), 'site')).body).feed.status, 'incomplete', 'plain events are not there');
  },
};
