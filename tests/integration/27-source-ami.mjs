// `shiftwall source ami`: a made-up Asterisk that speaks the manager interface, the real adapter, a real Redis, a real daemon.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SLOW, assert, equal, root, sanitized, sleep, startDaemon, startRedis, toolPath, until } from './lib.mjs';
import { Adapter, agentsOf, auditOf, dice, journal, queueOf, shows, sound, waits } from './adapter.mjs';
import { Asterisk } from './asterisk.mjs';
import { startSwitch } from './fake_switch.mjs';

const captures = path.join(root, '../shared/data/ami');

// ---- the adapter ----

class Source extends Adapter {
  constructor(scene, { where, url, args = [], user = 'shiftwall', secret = 'Nacht&Nebel' }) {
    super(scene, { kind: 'ami', where, url, args: ['--user', user, ...args], secret: ['--secret-file', secret] });
  }
}

async function stage(scene, { args = [], daemonArgs = [], ...options } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const daemon = await startDaemon(scene, { redis, args: daemonArgs });
  await daemon.live();
  const pbx = await Asterisk.start(scene, options);
  const source = new Source(scene, { where: pbx.where, url: redis.url, args });
  return { redis, daemon, pbx, source };
}

// ---- a day that is told both ways ----

const WRAPUP_S = 30;

/** Half an hour of two queues, as steps { at, act } for the switch. Nobody is touched before a wrap-up is long over. */
function halfHour(start) {
  const roll = dice(20261201);
  const steps = [];
  const step = (at, act) => steps.push({ at, act });
  const agents = Array.from({ length: 8 }, (_, i) => ({ id: `10${i}`, queues: i % 3 ? ['support', 'sales'] : ['support'], free: 0 }));
  for (const [i, agent] of agents.entries()) {
    const at = start + 3000 + i * 1771;
    step(at, pbx => pbx.member(agent.id, agent.queues));
    agent.free = at + 2000;
  }
  for (let i = 0, at = start + 25000; at < start + 23 * 60000; i++, at += 6000 + roll(15000)) {
    const call = `1767225600.${i}`;
    let queue = roll(3) ? 'support' : 'sales';
    let now = at;
    step(now, pbx => pbx.join(call, queue === 'sales' && i % 2 ? 'sales' : queue));
    const fate = roll(10);
    if (fate === 0) {
      step(now + 3000 + roll(40000), pbx => pbx.abandon(call));
      continue;
    }
    if (fate === 1) {
      step(now + 9000 + roll(9000), pbx => (i % 2 ? pbx.key(call) : pbx.timeout(call)));
      continue;
    }
    if (fate === 2) {
      const to = queue === 'support' ? 'sales' : 'support';
      now += 15000;
      step(now, pbx => pbx.timeout(call, to));
      queue = to;
    }
    const agent = agents.filter(a => a.queues.includes(queue) && a.free < now + 60000)[0];
    if (!agent) {
      step(now + 50000, pbx => pbx.abandon(call));
      continue;
    }
    agents.push(agents.splice(agents.indexOf(agent), 1)[0]);
    now = Math.max(now, agent.free) + 1500 + roll(6000);
    step(now, pbx => pbx.ring(call, agent.id));
    if (fate === 3) {
      now += 15000;
      step(now, pbx => pbx.noAnswer(call, agent.id, i % 2 ? 15000 : 0));
      now += 4000;
      step(now, pbx => pbx.ring(call, agent.id));
    }
    now += 2000 + roll(9000);
    step(now, pbx => pbx.connect(call, agent.id));
    if (fate === 4) {
      step((now += 5000 + roll(5000)), pbx => pbx.held(call, true));
      step((now += 3000 + roll(9000)), pbx => pbx.held(call, false));
    }
    now += 20000 + roll(80000);
    if (fate === 5) step(now, pbx => pbx.transfer(call, '2001'));
    else step(now, pbx => pbx.complete(call, ['caller', 'agent'][i % 2]));
    agent.free = now + WRAPUP_S * 1000 + 20000;
    if (!roll(5)) {
      step(agent.free, pbx => pbx.pause(agent.id, ['lunch', 'tea', 'paperwork'][i % 3]));
      agent.free += 40000 + roll(60000);
      step(agent.free, pbx => pbx.pause(agent.id));
      agent.free += 5000;
    }
  }
  for (const agent of agents) step(Math.max(start + 28 * 60000, agent.free) + roll(20000), pbx => pbx.remove(agent.id));
  return steps.sort((a, b) => a.at - b.at);
}

const report = events => {
  const { status, stdout, stderr } = spawnSync(toolPath, ['replay', '-'], { encoding: 'utf8', input: events.map(event => JSON.stringify(event)).join('\n') + '\n', maxBuffer: 1 << 28 });
  equal(status, 0, stderr);
  return JSON.parse(stdout);
};

/**
 * Differences of two reports of the same half hour. Counts may not differ at all. Times may by the log's one second for each
 * thing that begins or ends in them: MOST at the most; means by one; shares by what that is of half an hour.
 */
function differences(a, b, at = '', most = 1) {
  if (a && b && typeof a === 'object' && typeof b === 'object') {
    const counts = Object.entries(a).filter(([key, v]) => Number.isInteger(v) && !/ms|from|to|since|start/.test(key)).map(([, v]) => v);
    const here = Math.max(most, ...counts);
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap(key => differences(a[key], b[key], `${at}.${key}`, here));
  }
  if (a === b || /^\.counters\.(events|applied|repeats)$/.test(at)) return []; // the log knows no ringing and no hold
  const apart = typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) : Infinity;
  const allowed = /avg|longest|p50|p90|quantile/.test(at) ? 1000 : /ms\b|_ms/.test(at) ? 1000 * most : /per_hour|occupancy|utilisation|efficiency|share|level/.test(at) ? 0.01 * Math.max(1, Math.abs(a)) : 0;
  return apart <= allowed ? [] : [`${at}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`];
}

// ---- scenarios ----

export default {
  async 'a call from joining to the next, in pieces of every size'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene, { player: { pieces: 1 }, args: ['--wrapup', '2', '--trunks', 'PJSIP/provider'] });
    pbx.member('alice');
    pbx.member('bob');
    pbx.pause('bob', '午餐');
    source.start();
    await shows(daemon, { alice: 'ready', bob: 'meal' });
    for (const [i, pieces] of [1, 7, 1000, 0].entries()) {
      pbx.player.line.pieces = pieces;
      const call = `176722560${i}.1`;
      pbx.join(call);
      await waits(daemon, 1);
      pbx.ring(call, 'alice');
      await shows(daemon, { alice: 'ringing' });
      pbx.connect(call, 'alice');
      await shows(daemon, { alice: 'talking' });
      pbx.held(call, true);
      await shows(daemon, { alice: 'hold' });
      pbx.held(call, false);
      await shows(daemon, { alice: 'talking' });
      pbx.complete(call, i % 2 ? 'agent' : 'caller');
      await shows(daemon, { alice: 'wrapup' });
      await shows(daemon, { alice: 'ready' }); // by time alone
    }
    const out = pbx.dial('alice', '1767225699.1');
    await shows(daemon, { alice: 'dialing' });
    out.answer();
    await shows(daemon, { alice: 'talking' });
    out.end();
    await shows(daemon, { alice: 'ready' });
    const { today } = await queueOf(daemon);
    equal([today.offered, today.answered, today.handled], [4, 4, 4], 'the day so far');
    await sound(daemon);
    auditOf(redis, daemon);
    const login = pbx.actions.find(a => a.Action === 'Login');
    equal([login.AuthType, login.Secret, login.Events], ['MD5', undefined, 'system,agent,call'], 'the login');
    equal(await source.counter('malformed'), 0, 'malformed');
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
    assert(/info source.counters src=ami events=\d+ .* corrected=0/.test(source.said), source.said);
    assert(!source.said.includes('Nebel'), 'no secret in the log');
  },

  async 'the same half hour by AMI and by queue_log gives the same report'(scene) {
    const SPEED = 60;
    const start = Math.floor((Date.now() - 45 * 60000) / 1000) * 1000;
    const begun = Date.now();
    const now = () => start + ((Date.now() - begun) * SPEED) / SLOW;
    const redis = await startRedis(scene, { persistent: true });
    const config = path.join(scene.dir, 'site.yaml');
    fs.writeFileSync(config, `site:\n  day_starts: "${new Date(start - 7200000).toISOString().slice(11, 13)}:00"\n  zone: UTC\n`);
    const clock = () => `${new Date(now()).toISOString()},${SPEED / SLOW}`;
    const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--clock', clock()] });
    await daemon.live();
    const log = [];
    let at = 0; // the switch's own clock: when it says that something happened
    let apart = 0; // by how much the adapter's clock is ahead of this one
    const pbx = await Asterisk.start(scene, { queues: ['support', 'sales'], now: () => at || now() + apart, log, player: { pieces: 911 } });
    const source = new Source(scene, { where: pbx.where, url: redis.url, args: ['--clock', clock(), '--wrapup', String(WRAPUP_S)] }).start();
    await source.tells('source.seen');
    // without timestamps what happens is as of its arrival: that shows the adapter's clock
    const took = [];
    for (let i = 0; i < 8; i++) {
      const said = now();
      pbx.join(`probe-${i}`, 'support');
      pbx.abandon(`probe-${i}`);
      const told = await until('the probe', async () => (await journal(redis)).find(e => e.call === `probe-${i}`));
      took.push(told.ts - said);
    }
    apart = Math.min(...took);
    log.length = 0;
    pbx.timestamps = true;
    const probes = (await journal(redis)).length;
    const shift = Math.max(0, Math.ceil((now() + apart - start) / 1000) * 1000); // it took a while to begin
    const steps = halfHour(start + shift);
    for (const step of steps) {
      while (now() + apart < step.at) await sleep(Math.min(20, (step.at - now() - apart) / SPEED) / SLOW);
      at = step.at;
      step.act(pbx);
      at = 0;
    }
    while (now() < steps.at(-1).at + 60000) await sleep(50 / SLOW);
    await until('all is told', async () => sw(await journal(redis)));
    function sw(events) {
      const last = Object.fromEntries(events.filter(e => e.type === 'agent.state').map(e => [e.agent, e.state]));
      return Object.keys(last).length === 8 && Object.values(last).every(state => state === 'offline');
    }
    await sleep(200);
    const got = (await journal(redis)).slice(probes).filter(event => event.type !== 'alarm');
    const file = path.join(scene.dir, 'queue_log');
    fs.writeFileSync(file, log.join('\n') + '\n');
    const imported = spawnSync(toolPath, ['import', 'queue_log', '--wrapup', String(WRAPUP_S), file], { encoding: 'utf8' });
    equal(imported.status, 0, imported.stderr);
    const want = imported.stdout.trim().split('\n').map(line => JSON.parse(line));
    if (process.env.DUMP) {
      fs.writeFileSync(`${process.env.DUMP}.ami`, got.map(e => JSON.stringify(e)).join('\n'));
      fs.writeFileSync(`${process.env.DUMP}.log`, want.map(e => JSON.stringify(e)).join('\n'));
    }
    // the log knows no ringing, no hold and no outbound: what it calls ready and talking is those too
    const plain = events =>
      events
        .filter(e => !['call.ringing', 'call.held', 'call.retrieved'].includes(e.type))
        .map(({ hold, ...e }) => (e.type === 'agent.state' ? { ...e, state: { ringing: 'ready', hold: 'talking' }[e.state] ?? e.state } : e));
    const kinds = events => events.reduce((sum, e) => ({ ...sum, [e.type]: (sum[e.type] ?? 0) + (e.type === 'agent.state' ? 0 : 1) }), {});
    const order = counts => Object.entries(counts).sort();
    equal(order(kinds(plain(got))), order(kinds(plain(want))), 'events by kind');
    equal(differences(report(plain(got)), report(plain(want))), [], 'the report');
    for (const name of ['moved', 'corrected', 'late', 'refused', 'faulty', 'clock_apart_ms']) equal(await source.counter(name), 0, name);
    assert((await source.counter('lists')) >= 20, 'checks of each minute');
    await sound(daemon);
    auditOf(redis, daemon, ['--virtual-clock']);
  },

  async 'lists on connecting, merged with what comes meanwhile; cut off in the middle; the adapter killed'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene, { args: ['--retry', '200'] });
    for (const name of ['alice', 'bob', 'carl']) pbx.member(name, undefined, { interface: `Local/${name}@from-queue/n`, state: `PJSIP/${name}` });
    pbx.join('1.1');
    pbx.join('2.1');
    pbx.ring('2.1', 'alice');
    pbx.connect('2.1', 'alice');
    // events on their way while the lists are made: of what is in the lists, and of what is not
    pbx.during = () => {
      pbx.during = undefined;
      pbx.join('3.1');
      pbx.ring('3.1', 'bob');
      pbx.connect('3.1', 'bob');
      pbx.join('4.1');
      pbx.abandon('4.1');
      pbx.pause('carl', 'tea');
    };
    source.start();
    await shows(daemon, { alice: 'talking', bob: 'talking', carl: 'break' });
    await waits(daemon, 1);
    let { today } = await queueOf(daemon);
    equal([today.offered, today.answered, today.abandoned], [4, 2, 1], 'each once');

    // cut off inside a message; what happens meanwhile is in the lists only
    const seen = pbx.logins;
    pbx.player.line.say('Event: QueueMemberPause\r\nQueue: support\r\nMemberName: al');
    pbx.player.line.hangUp('rst');
    pbx.complete('3.1', 'agent');
    pbx.pause('carl');
    pbx.ring('1.1', 'carl');
    pbx.connect('1.1', 'carl');
    await until('it is back', () => pbx.logins > seen);
    await shows(daemon, { alice: 'talking', bob: 'ready', carl: 'talking' });

    // killed; the journal tells the next one what was told
    await source.kill('SIGKILL');
    pbx.complete('2.1', 'caller');
    pbx.pause('alice', 'lunch');
    pbx.remove('bob');
    source.start();
    await source.tells('source.resumed', 2);
    await shows(daemon, { alice: 'meal', bob: 'offline', carl: 'talking' });
    pbx.complete('1.1', 'caller');
    await shows(daemon, { carl: 'ready' });
    ({ today } = await queueOf(daemon));
    equal([today.offered, today.answered, today.abandoned, today.handled, today.exited], [4, 3, 1, 3, 0], 'each once');
    await sound(daemon);
    auditOf(redis, daemon);
  },

  async 'Asterisk is started anew, and its module is loaded anew: our counters go on'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene, { args: ['--retry', '200'] });
    pbx.member('alice');
    source.start();
    await shows(daemon, { alice: 'ready' });
    pbx.join('1.1');
    pbx.ring('1.1', 'alice');
    pbx.connect('1.1', 'alice');
    pbx.join('2.1');
    await shows(daemon, { alice: 'talking' });
    await waits(daemon, 1);
    await pbx.player.stop();
    pbx.loaded = false; // Asterisk answers before app_queue is there
    pbx.calls.clear();
    pbx.channels.clear();
    Object.assign(pbx.members.get('alice'), { status: 1, call: undefined });
    await pbx.player.start();
    await source.tells('QueueStatus: Invalid/unknown command');
    pbx.loaded = true;
    await shows(daemon, { alice: 'ready' });
    await waits(daemon, 0);
    pbx.event('Reload', { Module: 'app_queue', Status: 0 }, 'system,all');
    pbx.member('alice'); // static and persistent members are told again
    pbx.join('3.1');
    pbx.ring('3.1', 'alice');
    pbx.connect('3.1', 'alice');
    pbx.complete('3.1', 'agent');
    const today = await until('the day so far', async () => {
      const queue = await queueOf(daemon);
      return queue.today.handled === 2 && queue.today;
    });
    equal([today.offered, today.answered, today.exited, today.handled], [3, 2, 1, 2], 'the day so far');
    await sound(daemon);
    auditOf(redis, daemon);
  },

  async 'drift is corrected when two checks in a row find it'(scene) {
    const { daemon, pbx, source } = await stage(scene, { args: ['--clock', `${new Date().toISOString()},60`] }); // a check each second
    for (const name of ['alice', 'bob']) pbx.member(name);
    source.start();
    await shows(daemon, { alice: 'ready', bob: 'ready' });
    pbx.join('1.1');
    pbx.join('2.1');
    await waits(daemon, 2);
    // nobody is told of these
    const event = pbx.event;
    pbx.event = () => {};
    pbx.abandon('1.1');
    pbx.join('3.1');
    pbx.join('4.1');
    pbx.pause('alice', 'lunch');
    pbx.remove('bob');
    pbx.member('carl');
    pbx.event = event;
    await source.tells('corrected: call 1.1 is gone');
    await shows(daemon, { alice: 'meal', bob: 'offline', carl: 'ready' });
    await waits(daemon, 3);
    equal(await source.counter('corrected'), 6, 'corrected');
    const lists = await source.counter('lists');
    await sleep(3000);
    assert((await source.counter('lists')) >= lists + 2, 'further checks');
    equal(await source.counter('corrected'), 6, 'nothing more to correct');
  },

  async 'hostile peers neither end it nor fill its memory'(scene) {
    const { daemon, pbx, source } = await stage(scene, { args: ['--retry', '200', '--clock', `${new Date().toISOString()},30`] });
    pbx.member('alice');
    source.start();
    await shows(daemon, { alice: 'ready' });
    const before = source.rss();
    const line = () => pbx.player.line;
    const noise = Buffer.alloc(1 << 20, 'x');
    const bytes = Buffer.from(Array.from({ length: 1 << 18 }, (_, i) => (i * 7919 + (i >> 8)) & 255));
    const attacks = {
      'a line of a megabyte': async () => line().say(Buffer.concat([Buffer.from('Event: Hangup\r\nUniqueid: '), noise, Buffer.from('\r\n\r\n')])),
      'a header without end': async () => {
        for (let i = 0; i < 32; i++) await line().say(noise);
        await line().say('\r\n\r\n');
      },
      'headers without end': async () => {
        for (let i = 0; i < 20; i++) await line().say('Name: value\r\n'.repeat(20000));
        await line().say('\r\n');
      },
      'bytes that are no text': async () => line().say(Buffer.concat([bytes, Buffer.from('\r\n\r\n')])),
      'callers and channels without end': async () => {
        for (let i = 0; i < 60000; i += 500) await line().say(Array.from({ length: 500 }, (_, k) => `Event: Newchannel\r\nChannel: PJSIP/x-${i + k}\r\nUniqueid: x${i + k}\r\nLinkedid: y${i + k}\r\n\r\n`).join(''));
      },
      'members without names, queues without end': async () => {
        for (let i = 0; i < 3000; i++) await line().say(`Event: QueueMemberAdded\r\nQueue: zz${i}\r\nInterface: PJSIP/evil\r\nMemberName: evil\r\nStatus: -9\r\nPaused: maybe\r\nLastCall: 99999999999999999999\r\n\r\n`);
        await line().say('Event: QueueMemberRemoved\r\n\r\nEvent: AgentConnect\r\nQueue: support\r\n\r\nEvent: AgentComplete\r\n\r\nEvent: Hangup\r\n\r\n');
        for (let i = 0; i < 64; i++) await line().say(`Event: QueueMemberRemoved\r\nQueue: zz${i}\r\nInterface: PJSIP/evil\r\nMemberName: evil\r\n\r\n`);
      },
    };
    for (const [name, attack] of Object.entries(attacks)) {
      await attack();
      pbx.pause('alice', name.length % 2 ? 'lunch' : 'tea');
      await until(`it is alive after ${name}`, async () => {
        if (source.over) throw Object.assign(new Error(`it ended: ${source.said.slice(-2000)}`), { fatal: true });
        return (await agentsOf(daemon)).alice === (name.length % 2 ? 'meal' : 'break');
      });
      pbx.pause('alice');
      await shows(daemon, { alice: 'ready' });
    }
    assert((await source.counter('malformed')) >= 4, 'malformed messages');
    assert((await source.counter('faulty')) >= 4, 'faulty events');
    assert((await source.counter('past_caps')) > 0, 'what is past a cap');
    // wrong counts: the lists are not believed, and what is known stays
    pbx.lies = 5;
    await source.tells('the list of queues has 2 of 7 rows');
    equal((await agentsOf(daemon)).alice, 'ready', 'an agent of lists that are not whole');
    pbx.lies = 0;
    await source.tells('source.seen', 2);
    if (!sanitized()) assert(source.rss() < before + 60000, `memory: ${before} kB before, ${source.rss()} kB after`);
    await sound(daemon);

    // peers that are no Asterisk, or never one that answers
    const strangers = [line => (line.say('HTTP/1.1 400 Bad Request\r\n\r\n'), undefined), line => (line.say(noise), line.say(noise), undefined), line => (line.hangUp(), undefined)];
    for (const converse of strangers) {
      const stranger = await startSwitch(scene, converse);
      const other = new Source(scene, { where: stranger.where, args: ['--retry', '100'] }).start();
      await until('it tries again', () => stranger.connections >= 3);
      assert(!other.over, other.said);
      if (!sanitized()) assert(other.rss() < before + 60000, `memory: ${other.rss()} kB`);
      await other.kill();
    }
  },

  async 'what goes wrong first is said in clear words, and on the wall'(scene) {
    const { daemon, pbx, source } = await stage(scene, { args: ['--retry', '100'] });
    pbx.member('alice');
    fs.writeFileSync(source.file, 'wrong\n');
    source.start();
    await source.tells('Asterisk refuses the login (\\"Authentication failed\\"): user, secret, permit of manager.conf?');
    await until('an alarm', async () => JSON.stringify(await daemon.view('site')).includes('is not seen'), 40000);
    fs.writeFileSync(source.file, 'Nacht&Nebel\n');
    const again = async (reason, set) => {
      await source.kill('SIGKILL');
      set(true);
      source.start();
      await source.tells(reason);
      set(false);
    };
    await again("this is not Asterisk's manager interface", is => (pbx.banner = is ? 'SSH-2.0-OpenSSH_9.2' : 'Asterisk Call Manager/9.0.0'));
    await again('QueueStatus: Invalid/unknown command', is => (pbx.loaded = !is));
    await again('Asterisk offers no challenge', is => (pbx.challenge = !is));
    await again('the account may not list channels (write = reporting in manager.conf)', is => (pbx.mayListChannels = !is));
    await source.tells('source.seen');
    pbx.system = false; // FullyBooted is not told to accounts without read = system
    await source.kill('SIGKILL');
    source.start();
    await shows(daemon, { alice: 'ready' });
    await until('no alarm', async () => !JSON.stringify(await daemon.view('site')).includes('is not seen'));
    assert(!source.said.includes('Nebel'), 'no secret in the log');
  },

  async 'TLS: verified by an authority, by a pinned certificate, and not at all by others'(scene) {
    const file = name => path.join(scene.dir, name);
    const openssl = (...args) => equal(spawnSync('openssl', args, { cwd: scene.dir }).status, 0, `openssl ${args[0]}`);
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=pbx.example', '-addext', 'subjectAltName=DNS:pbx.example');
    const options = { key: fs.readFileSync(file('key.pem')), cert: fs.readFileSync(file('cert.pem')) };
    const { daemon, pbx, source } = await stage(scene, { args: ['--retry', '100', '--tls'], player: { options, pieces: 50 } });
    pbx.member('alice');
    source.start();
    await source.tells('certificate'); // nobody knows it
    equal(pbx.actions.length, 0, 'what was said to a stranger');
    await source.kill();
    source.start(['--ca', file('cert.pem')]);
    await source.tells('127.0.0.1'); // known, but for another name
    await source.kill();
    equal(pbx.actions.length, 0, 'what was said to a stranger');
    source.start(['--ca', file('cert.pem'), '--tls-name', 'pbx.example']);
    await shows(daemon, { alice: 'ready' });
    await source.kill();
    source.start(['--pin', file('cert.pem')]);
    pbx.pause('alice', 'tea');
    await shows(daemon, { alice: 'break' });
  },

  async 'a switch that says nothing any more is given up'(scene) {
    const { daemon, pbx, source } = await stage(scene, { args: ['--retry', '200'] });
    pbx.member('alice');
    source.start();
    await shows(daemon, { alice: 'ready' });
    pbx.mute = true; // the connection stays, and takes what it is sent
    const logins = pbx.logins;
    await source.tells('the switch does not answer any more').catch(async () => source.tells('the switch does not answer any more'));
    pbx.mute = false;
    await until('it is back', () => pbx.logins > logins);
    assert(pbx.actions.some(a => a.Action === 'Ping' && a.ActionID === 'ping'), 'it asked for a sign of life');
  },

  async 'captured streams give their events'(scene) {
    const name = path.join(captures, 'callme_one_queue_call.ami');
    if (!fs.existsSync(name)) return console.log(`     ${name} is not there: not tested`);
    const pbx = await Asterisk.start(scene, { queues: ['Q1'] });
    const source = new Source(scene, { where: pbx.where, args: ['--reasons', '/dev/null'] }).start();
    await source.tells('source.seen');
    pbx.player.line.say(fs.readFileSync(name), { pieces: 333 });
    await until('events', () => source.events().length >= 9);
    const short = e => [e.type, e.agent, e.call, e.queue, e.state, e.by].filter(Boolean).join(' ');
    equal(source.events().filter(e => e.type !== 'alarm').map(short), [
      'agent.state SIP/777 ready',
      'call.queued 1514295827.372 Q1',
      'agent.state SIP/777 ringing',
      'call.ringing SIP/777 1514295827.372 Q1',
      'agent.state SIP/777 1514295827.372 Q1 ringing',
      'call.answered SIP/777 1514295827.372 Q1',
      'agent.state SIP/777 1514295827.372 Q1 talking',
      'call.ended 1514295827.372 Q1 caller',
      'agent.state SIP/777 ready',
    ], 'events');
    for (const other of ['goami2_Call.ami', 'goami2_QueueMembers.ami', 'goami2_Queues.ami', 'panoramisk_queue_status.ami'])
      pbx.player.line.say(Buffer.concat([fs.readFileSync(path.join(captures, other)), Buffer.from('\r\n\r\n')]));
    await until('the rest', () => source.events().some(e => e.agent === '9921@okon.ferry.sip.com' && e.state === 'break'));
    equal(await source.counter('malformed'), 0, 'malformed');
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
  },

  async 'queues that are wanted; options and files that are wrong'(scene) {
    const pbx = await Asterisk.start(scene, { queues: ['support', 'internal'] });
    pbx.member('alice');
    const source = new Source(scene, { where: pbx.where, args: ['--queues', 'support', '--src', 'pbx-a'] }).start();
    await source.tells('source.seen');
    pbx.join('1.1');
    pbx.join('2.1', 'internal');
    pbx.pause('alice', 'tea', ['internal']);
    pbx.pause('alice', 'lunch', ['support']);
    await until('events', () => source.events().some(e => e.state === 'meal'));
    equal(source.events().map(e => [e.type, e.agent ?? e.call, e.state ?? e.queue, e.src]), [
      ['agent.state', 'alice', 'ready', 'pbx-a'],
      ['call.queued', '1.1', 'support', 'pbx-a'],
      ['agent.state', 'alice', 'meal', 'pbx-a'],
    ], 'events');
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
    const run = (...args) => spawnSync(toolPath, ['source', 'ami', '--dry-run', ...args], { encoding: 'utf8' });
    const good = ['--ami', pbx.where, '--user', 'x', '--secret-file', source.file];
    equal(run().status, 2, 'without --ami');
    equal(run('--ami', 'a:b', ...good.slice(2)).status, 2, 'no address');
    equal(run(...good, '--ca', 'x').status, 2, '--ca without --tls');
    equal(run(...good, '--user', 'a\nb').status, 2, 'no name');
    equal(run(...good, '--tls', '--ca', '/does/not/exist').status, 3, 'no authorities');
    equal(run(...good, '--secret-file', '/does/not/exist').status, 3, 'no secret');
    fs.chmodSync(source.file, 0o644);
    const open = run(...good);
    equal(open.status, 3, 'a secret that everybody may read');
    assert(/everybody may read it/.test(open.stderr), open.stderr);
    assert(/usage: shiftwall source ami/.test(run('--help').stdout), 'help');
  },
};
