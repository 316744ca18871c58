// `shiftwall source esl`: a made-up FreeSWITCH that speaks the event socket, the real adapter, a real Redis, a real daemon.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SLOW, assert, equal, sanitized, sleep, startDaemon, startRedis, toolPath, until } from './lib.mjs';
import { Adapter, agentsOf, auditOf, dice, journal, queueOf, shows, sound, waits } from './adapter.mjs';
import { startSwitch } from './fake_switch.mjs';
import { FreeSwitch } from './freeswitch.mjs';

// ---- the adapter ----

class Source extends Adapter {
  constructor(scene, { where, url, args = [], password = 'ClueCon' }) {
    super(scene, { kind: 'esl', where, url, args, secret: ['--password-file', password] });
  }
}

async function stage(scene, { args = [], redisUrl, daemonArgs = [], ...options } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const daemon = await startDaemon(scene, { redis, args: daemonArgs });
  await daemon.live();
  const pbx = await FreeSwitch.start(scene, options);
  const source = new Source(scene, { where: pbx.where, url: redisUrl ?? redis.url, args, password: options.secret });
  return { redis, daemon, pbx, source };
}

// ---- a day, and its events written by hand ----

const WRAPUP_MS = 120000;
const DAY_AGENTS = Array.from({ length: 8 }, (_, i) => ({ id: `10${i}`, queues: i % 3 ? ['support', 'sales'] : ['support'] }));

/**
 * Half an hour of two queues: steps { at, act } for the switch, and what a person would write down, in the contract's words.
 * No agent is touched before its wrap-up is over by half a minute, since by then it was told.
 */
function halfHour(start) {
  const roll = dice(20261130);
  const steps = [];
  const hand = [];
  const note = (at, type, more) => hand.push({ type, ts: at, src: 'hand', id: `h${hand.length}`, ...more });
  const step = (at, act) => steps.push({ at, act });
  const agents = DAY_AGENTS.map(agent => ({ ...agent, free: 0 }));
  for (const [i, agent] of agents.entries()) {
    const at = start + 5000 + i * 1771;
    step(at, pbx => pbx.status(agent.id, 'Available', at));
    note(at, 'agent.state', { agent: agent.id, state: 'ready', queues: agent.queues });
    agent.free = at + 1000;
  }
  const rest = (agent, at, minutes) => {
    step(at, pbx => pbx.status(agent.id, 'On Break', at));
    note(at, 'agent.state', { agent: agent.id, state: 'break', reason: 'On Break' });
    const back = at + minutes * 60000;
    step(back, pbx => pbx.status(agent.id, 'Available', back));
    note(back, 'agent.state', { agent: agent.id, state: 'ready' });
    agent.free = back + 1000;
  };
  for (let i = 0, at = start + 30000; at < start + 22 * 60000; i++, at += 7000 + roll(15000)) {
    const call = `day-${i}`;
    let queue = roll(3) ? 'support' : 'sales';
    let now = at;
    const join = (t, q) => {
      step(t, pbx => pbx.join(call, q, t));
      note(t, 'call.queued', { call, queue: q });
    };
    join(now, queue);
    const fate = roll(10);
    if (fate === 0) {
      const t = now + 3000 + roll(40000);
      step(t, pbx => pbx.leave(call, 'hangup', t));
      note(t, 'call.abandoned', { call });
      continue;
    }
    if (fate === 1 || fate === 2) {
      const [how, reason] = [['TIMEOUT', 'timeout'], ['NO_AGENT_TIMEOUT', 'unstaffed'], ['EXIT_WITH_KEY', 'key'], ['break', 'overflow']][roll(4)];
      const t = now + 10000 + roll(20000);
      const on = fate === 2;
      const to = queue === 'support' ? 'sales' : 'support';
      step(t, pbx => {
        pbx.leave(call, how, t);
        if (on) pbx.join(call, to, t + 40);
        else pbx.channels.delete(call);
      });
      note(t, 'call.exited', { call, reason, ...(on ? { to } : {}) });
      if (!on) continue;
      note(t + 40, 'call.queued', { call, queue: to });
      queue = to;
      now = t + 40;
    }
    const able = agents.filter(agent => agent.queues.includes(queue) && agent.free < now + 60000);
    const agent = able[roll(able.length)];
    if (!agent) { // nobody could
      const t = now + 50000;
      step(t, pbx => pbx.leave(call, 'hangup', t));
      note(t, 'call.abandoned', { call });
      continue;
    }
    now = Math.max(now, agent.free) + 1500 + roll(6000);
    const ring = t => {
      step(t, pbx => pbx.offer(call, agent.id, t));
      note(t, 'call.ringing', { call, agent: agent.id });
      note(t, 'agent.state', { agent: agent.id, state: 'ringing', call });
    };
    ring(now);
    if (fate === 3) {
      const [cause, reason] = roll(2) ? ['NO_ANSWER', 'timeout'] : ['CALL_REJECTED', 'rejected'];
      const t = (now += 15000);
      step(t, pbx => pbx.fail(call, agent.id, cause, t));
      note(t, 'call.declined', { call, agent: agent.id, reason });
      note(t, 'agent.state', { agent: agent.id, state: 'ready' });
      ring((now += 4000));
    }
    const answered = (now += 2000 + roll(9000));
    step(answered, pbx => pbx.answer(call, agent.id, answered));
    note(answered, 'call.answered', { call, agent: agent.id });
    note(answered, 'agent.state', { agent: agent.id, state: 'talking', call });
    if (fate === 4) {
      const held = (now += 5000 + roll(5000));
      const back = (now += 3000 + roll(9000));
      step(held, pbx => pbx.hold(call, true, held));
      step(back, pbx => pbx.hold(call, false, back));
      note(held, 'call.held', { call });
      note(held, 'agent.state', { agent: agent.id, state: 'hold', call });
      note(back, 'call.retrieved', { call });
      note(back, 'agent.state', { agent: agent.id, state: 'talking', call });
    }
    const end = (now += 20000 + roll(90000));
    const by = fate === 5 ? 'transfer' : ['caller', 'agent'][roll(2)];
    step(end, pbx => {
      pbx.end(call, by, end);
      pbx.channels.delete(call);
    });
    if (by === 'transfer') note(end, 'call.transferred', { call, agent: agent.id });
    else note(end, 'call.ended', { call, by });
    note(end, 'agent.state', { agent: agent.id, state: 'wrapup' });
    note(end + WRAPUP_MS, 'agent.state', { agent: agent.id, state: 'ready' });
    agent.free = end + WRAPUP_MS + 30000;
    if (!roll(5)) rest(agent, agent.free, 1 + roll(3));
  }
  for (const agent of agents) {
    const at = Math.max(start + 29 * 60000, agent.free) + roll(20000);
    step(at, pbx => pbx.status(agent.id, 'Logged Out', at));
    note(at, 'agent.state', { agent: agent.id, state: 'offline' });
  }
  const order = (a, b) => a.at - b.at;
  hand.sort((a, b) => a.ts - b.ts);
  return { steps: steps.sort(order), hand };
}

const report = events => {
  const { status, stdout, stderr } = spawnSync(toolPath, ['replay', '-'], { encoding: 'utf8', input: events.map(event => JSON.stringify(event)).join('\n') + '\n', maxBuffer: 1 << 28 });
  equal(status, 0, stderr);
  return stdout;
};

export default {
  async 'a call from joining to wrap-up, in pieces of every size'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene, { player: { pieces: 1 } });
    pbx.agent('alice', { wrapup: 2 });
    pbx.agent('bob', { status: 'On Break' });
    source.start();
    await shows(daemon, { alice: 'ready', bob: 'break' });
    for (const [i, pieces] of [1, 7, 1000, 0].entries()) {
      pbx.player.line.pieces = pieces;
      const call = `c${i}`;
      pbx.join(call);
      await waits(daemon, 1);
      pbx.offer(call, 'alice');
      await shows(daemon, { alice: 'ringing' });
      pbx.answer(call, 'alice');
      await shows(daemon, { alice: 'talking' });
      pbx.hold(call);
      await shows(daemon, { alice: 'hold' });
      pbx.hold(call, false);
      await shows(daemon, { alice: 'talking' });
      pbx.end(call);
      await shows(daemon, { alice: 'wrapup' });
      await shows(daemon, { alice: 'ready' }); // by time alone
    }
    const { today } = await queueOf(daemon);
    equal([today.offered, today.answered, today.handled], [4, 4, 4], 'the day so far');
    await sound(daemon);
    auditOf(redis, daemon);
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
    assert(/info source.counters src=esl events=\d+ .* corrected=0/.test(source.said), source.said);
  },

  async 'half an hour by ESL gives the report of its events written by hand'(scene) {
    const SPEED = 60;
    const begun = Date.now();
    const zero = begun - 60 * 60000;
    const now = () => zero + ((Date.now() - begun) * SPEED) / SLOW;
    const redis = await startRedis(scene, { persistent: true });
    const config = path.join(scene.dir, 'site.yaml');
    fs.writeFileSync(config, `site:\n  day_starts: "${new Date(zero - 7200000).toISOString().slice(11, 13)}:00"\n  zone: UTC\n`);
    const clock = ahead => `${new Date(now() + ahead * SPEED).toISOString()},${SPEED / SLOW}`;
    const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--clock', clock(0)] });
    await daemon.live();
    const pbx = await FreeSwitch.start(scene, { queues: ['support', 'sales'], now, player: { pieces: 911 } });
    for (const { id, queues } of DAY_AGENTS) pbx.agent(id, { queues, status: 'Logged Out', wrapup: WRAPUP_MS / 1000 });
    // ahead, for nothing that happens to be of the future to it; by less than a wrap-up, which would be over at once
    const source = new Source(scene, { where: pbx.where, url: redis.url, args: ['--clock', clock(1500)] }).start();
    await source.tells('source.seen');
    const start = Math.round(now()) + 3000;
    const { steps, hand } = halfHour(start);
    for (const { at, act } of steps) {
      while (now() < at) await sleep(5 / SLOW);
      act(pbx);
    }
    await until('the journal has as many', async () => (await journal(redis)).filter(event => event.type !== 'alarm').length >= hand.length).catch(() => {});
    await sleep(200);
    const got = (await journal(redis)).filter(event => event.type !== 'alarm');
    // what is told, in short; events of one moment may come in another order
    const short = event => JSON.stringify([event.ts - start, event.type, event.agent, event.call, event.state, event.reason, event.to, event.type === 'call.queued' ? event.queue : undefined, event.by, event.queues?.length]);
    const [a, b] = [got.map(short).sort(), hand.map(short).sort()];
    equal({ extra: a.filter(one => !b.includes(one)), missing: b.filter(one => !a.includes(one)) }, { extra: [], missing: [] }, 'events');
    equal(a.length, b.length, 'how many');
    equal(report(got), report(hand), 'the report');
    equal(await source.counter('moved'), 0, 'times taken as another');
    equal(await source.counter('corrected'), 0, 'corrections');
    assert((await source.counter('snapshots')) >= 20, 'checks of each minute');
    auditOf(redis, daemon, ['--virtual-clock']);
    await sound(daemon);
  },

  async 'kill -9 of the adapter and of Redis in the middle: nothing lost that the switch knows, nothing doubled'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const pbx = await FreeSwitch.start(scene);
    const source = new Source(scene, { where: pbx.where, url: redis.url });
    const names = Array.from({ length: 12 }, (_, i) => `a${i}`);
    for (const name of names) pbx.agent(name);
    source.start();
    await shows(daemon, { a0: 'ready', a11: 'ready' });
    let serial = 0;
    const everJoined = [];
    const unseen = []; // begun and over before anybody looked again
    const join = () => {
      const call = `k${serial++}`;
      everJoined.push(call);
      pbx.join(call);
      return call;
    };
    const free = () => names.find(name => pbx.agents.get(name).state === 'Waiting');
    const waiting = () => [...pbx.members.values()].filter(m => m.state === 'Waiting').map(m => m.call);
    const talking = () => [...pbx.members.values()].filter(m => m.state === 'Answered').map(m => m.call);
    const answerOne = () => {
      const [call, name] = [waiting()[0], free()];
      if (!call || !name) return;
      pbx.offer(call, name);
      pbx.answer(call, name);
    };
    const some = () => {
      for (let i = 0; i < 6; i++) join();
      for (let i = 0; i < 3; i++) answerOne();
      pbx.leave(waiting().at(-1));
      pbx.end(talking()[0], 'agent');
    };
    const agrees = () =>
      until('the wall is as the switch', async () => {
        const got = await agentsOf(daemon);
        const want = Object.fromEntries(names.map(name => [name, pbx.agents.get(name).state === 'Waiting' ? 'ready' : 'talking']));
        const { now } = await queueOf(daemon);
        if (names.every(name => got[name] === want[name]) && now.waiting === waiting().length) return true;
        throw new Error(JSON.stringify({ got, want, now, waiting: waiting().length }));
      }).catch(error => {
        throw new Error(`${error.message}\n${source.said.slice(-2000)}`);
      });
    some();
    await agrees();
    for (const what of ['adapter', 'redis', 'both', 'adapter', 'redis']) {
      const before = serial;
      some(); // in the middle of it
      if (what !== 'redis') await source.kill('SIGKILL');
      if (what !== 'adapter') await redis.stop('SIGKILL');
      const logins = pbx.logins;
      if (what === 'redis') await sleep(50);
      for (let i = 0; i < 3; i++) join();
      answerOne();
      pbx.end(talking()[0], 'caller');
      pbx.leave(waiting()[0]);
      pbx.leave(join());
      if (what !== 'redis') unseen.push(...everJoined.slice(before).filter(call => !pbx.members.has(call)));
      if (what !== 'adapter') await redis.start();
      if (what !== 'redis') {
        source.start();
        await until('it is back', () => pbx.logins > logins);
      }
      await agrees();
    }
    while (talking().length) pbx.end(talking()[0], 'caller');
    while (waiting().length) pbx.leave(waiting()[0]);
    await agrees();
    const queued = (await journal(redis)).filter(event => event.type === 'call.queued').map(event => event.call);
    const known = everJoined.filter(call => !unseen.includes(call));
    const times = Object.fromEntries(everJoined.map(call => [call, queued.filter(one => one === call).length]));
    equal(known.filter(call => times[call] !== 1), [], 'calls that are not there once');
    equal(unseen.filter(call => times[call] > 1), [], 'calls that are there twice');
    const { today } = await queueOf(daemon);
    equal([today.offered, today.answered + today.abandoned + today.exited], [queued.length, queued.length], 'the books');
    for (const name of ['contradiction', 'implied']) equal(await daemon.metric(`shiftwall_events_${name}_total`), 0, name);
    auditOf(redis, daemon);
  },

  async 'connections cut at every place: each comes back, and the wall is right'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene);
    pbx.agent('alice');
    pbx.agent('bob');
    source.start();
    await shows(daemon, { alice: 'ready', bob: 'ready' });
    for (const [i, how] of ['rst', 'fin', 'rst', 'fin'].entries()) {
      const logins = pbx.logins;
      pbx.join(`cut-${i}`);
      // half of an event, and nothing more
      const line = pbx.player.line;
      line.say('Content-Length: 500\nContent-Type: text/event-plain\n\nEvent-Name: CUS');
      await line.hangUp(how);
      pbx.offer(`cut-${i}`, 'alice');
      pbx.answer(`cut-${i}`, 'alice'); // nobody hears it
      await until('it is back', () => pbx.logins > logins);
      await shows(daemon, { alice: 'talking' });
      pbx.end(`cut-${i}`);
      await shows(daemon, { alice: 'ready' });
    }
    const { today } = await queueOf(daemon);
    equal([today.offered, today.answered, today.handled], [4, 4, 4], 'the day so far');
    await sound(daemon);
    auditOf(redis, daemon);
    equal(await source.counter('losses'), 4, 'losses');
  },

  async 'a burst of a thousand calls in one write'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene);
    for (let i = 0; i < 20; i++) pbx.agent(`b${i}`);
    source.start();
    await shows(daemon, { b19: 'ready' });
    let text = '';
    const line = pbx.player.line;
    const say = line.say.bind(line);
    line.say = more => (text += more);
    for (let i = 0; i < 1000; i++) {
      pbx.join(`burst-${i}`);
      if (i % 2) pbx.leave(`burst-${i}`);
      else {
        pbx.offer(`burst-${i}`, `b${i % 20}`);
        pbx.answer(`burst-${i}`, `b${i % 20}`);
        pbx.end(`burst-${i}`);
      }
    }
    line.say = say;
    line.say(text);
    await until('all of them', async () => {
      const { today } = await queueOf(daemon);
      return today.offered === 1000 && today.answered === 500 && today.abandoned === 500;
    });
    await sound(daemon);
    auditOf(redis, daemon);
  },

  async 'hostile peers: none of them ends the adapter or fills its memory'(scene) {
    const redis = await startRedis(scene);
    const login = line => {
      line.say('Content-Type: auth/request\n\n');
      return command => {
        if (command.startsWith('auth')) line.say('Content-Type: command/reply\nReply-Text: +OK accepted\n\n');
        else if (command.startsWith('event')) {
          line.say('Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n');
          line.onLive?.();
        } else line.onApi?.(command);
      };
    };
    const live = act => line => {
      line.onLive = () => act(line);
      return login(line);
    };
    const MEGA = 'x'.repeat(1 << 20);
    const flood = text => async line => {
      for (let i = 0; i < 64 && !line.closed; i++) await line.say(text);
    };
    const big = `Content-Type: api/response\nContent-Length: 8000000\n\n`;
    const peers = {
      'an endless header line': flood(MEGA),
      'header lines without end': flood('Name: value\n'.repeat(100000)),
      'binary': flood(Buffer.from(Array.from({ length: 65536 }, (_, i) => (i * 7) % 256))),
      'a web server': line => line.say('HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n'),
      'a negative length': live(line => line.say('Content-Type: text/event-plain\nContent-Length: -5\n\nabcde')),
      'a huge length': live(line => line.say('Content-Type: text/event-plain\nContent-Length: 18446744073709551617\n\nabcde')),
      'a length that is too short': live(line => line.say('Content-Type: text/event-plain\nContent-Length: 9\n\nEvent-Name: CUSTOM\nCC-Action: x\n\n')),
      'one that is too long, filled with the next message': live(line => line.say('Content-Type: api/response\nContent-Length: 400\n\n+OK\n' + 'Content-Type: auth/request\n\n'.repeat(40))),
      'a megabyte in one event line': live(line => line.say(`Content-Type: text/event-plain\nContent-Length: 250000\n\nEvent-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\nCC-Action: ${'y'.repeat(249900)}`)),
      'answers to nothing': live(flood('Content-Type: api/response\nContent-Length: 4\n\n+OK\n'.repeat(10000))),
      'eight megabytes for an answer, again and again': live(async line => {
        for (let i = 0; i < 6 && !line.closed; i++) await line.say(big + 'z'.repeat(8000000));
      }),
      'a list of fifteen thousand agents with names without end': live(line => {
        const rows = Array.from({ length: 15000 }, (_, i) => `agent-${i}|Available|Waiting|${'n'.repeat(490)}\n`).join('');
        const list = `name|status|state|contact\n${rows}+OK\n`;
        line.onApi = () => line.say(`Content-Type: api/response\nContent-Length: ${list.length}\n\n${list}`);
      }),
      'a promise that is not kept': live(line => line.say(big + 'only this')),
      'events without end': live(flood(Array.from({ length: 200 }, (_, i) => `Content-Type: text/event-plain\nContent-Length: 120\n\n${`Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\nCC-Action: nonsense-${i}\nCC-Agent: a-${Math.random()}\n`.padEnd(119, 'x')}\n`).join(''))),
    };
    let peer;
    const player = await startSwitch(scene, line => {
      const heard = peer(line);
      return typeof heard === 'function' ? heard : () => {};
    });
    const source = new Source(scene, { where: player.where, url: redis.url, args: ['--retry', '200'] }); // so that it comes back soon
    peer = () => {};
    source.start();
    await until('it comes', () => player.connections > 0);
    const before = source.rss();
    let most = 0;
    for (const [name, act] of Object.entries(peers)) {
      peer = act;
      const connections = player.connections;
      for (const line of [...player.lines]) line.socket.destroy();
      await until(`it comes to ${name}`, () => player.connections > connections);
      for (let i = 0; i < 30; i++) {
        await sleep(20);
        assert(!source.over, `${name}: it ended: ${source.said.slice(-2000)}`);
        most = Math.max(most, source.rss());
      }
    }
    // eight megabytes of one answer, and what the floor of fifteen thousand agents takes
    if (!sanitized()) assert(most - before < 64 << 10, `memory grew from ${before} to ${most} kB`);
    // and then a good one, on the same port
    await player.stop();
    const pbx = new FreeSwitch();
    pbx.agent('alice');
    pbx.player = player;
    peer = line => pbx.converse(line);
    await player.start();
    const alice = async () => (await journal(redis)).some(event => event.agent === 'alice' && event.state === 'ready');
    await until('alice is there', alice).catch(error => {
      throw new Error(`${error.message}\n${source.said.slice(-3000)}`);
    });
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
  },

  async 'what goes wrong first is said in clear words, and on the wall'(scene) {
    const { daemon, pbx, source } = await stage(scene, { secret: 'wrong', args: ['--retry', '100'] });
    pbx.agent('alice');
    source.start();
    await source.tells('the switch refuses the password (event_socket.conf.xml)');
    // after ten seconds the walls say so too
    await until('an alarm', async () => JSON.stringify(await daemon.view('site')).includes('is not seen'), 40000);
    fs.writeFileSync(source.file, 'ClueCon\n');
    const again = async (reason, set) => {
      await source.kill('SIGKILL');
      set?.(true);
      source.start();
      await source.tells(reason);
      set?.(false);
    };
    await again('the switch refuses the events: see esl-allowed-events', is => (pbx.refuseEvents = is));
    await again('the user may not use callcenter_config: see esl-allowed-api', is => (pbx.refuseApi = is));
    await again('mod_callcenter is not loaded in FreeSWITCH', is => (pbx.loaded = !is));
    const converse = pbx.converse;
    await again("the switch's access list does not let this machine in: see apply-inbound-acl", is => {
      pbx.converse = is ? line => (line.say('Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n'), line.hangUp(), undefined) : converse;
    });
    assert(source.said.includes('Access Denied, go away.'), 'the words of the switch');
    await source.kill('SIGKILL');
    source.start();
    await source.tells('source.seen');
    await shows(daemon, { alice: 'ready' });
    await until('no alarm', async () => !JSON.stringify(await daemon.view('site')).includes('is not seen'));
    assert(!source.said.includes('ClueCon'), 'no password in the log');
  },

  async 'FreeSWITCH is started anew, and the module is loaded anew: the day goes on'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene, { args: ['--retry', '200'] });
    pbx.agent('alice');
    pbx.agent('bob', { status: 'On Break' });
    source.start();
    await shows(daemon, { alice: 'ready', bob: 'break' });
    const busy = async n => {
      pbx.join(`r${n}`);
      pbx.join(`s${n}`);
      pbx.offer(`r${n}`, 'alice');
      pbx.answer(`r${n}`, 'alice');
      await shows(daemon, { alice: 'talking' });
      await waits(daemon, 1);
    };
    await busy(1);
    await pbx.stop();
    await source.tells('the switch ended the connection (\\"Disconnected, goodbye.\\")');
    await pbx.start();
    await shows(daemon, { alice: 'ready', bob: 'break' });
    await waits(daemon, 0);
    await busy(2);
    pbx.unload();
    pbx.load();
    await shows(daemon, { alice: 'ready', bob: 'break' });
    await waits(daemon, 0);
    const { today } = await queueOf(daemon);
    equal([today.offered, today.answered, today.handled, today.exited], [4, 2, 2, 2], 'the day so far');
    await sound(daemon);
    auditOf(redis, daemon);
  },

  async 'drift is corrected when two checks in a row find it; left over entries are none'(scene) {
    const { daemon, pbx, source } = await stage(scene, { args: ['--clock', `${new Date().toISOString()},60`] }); // a check each second
    pbx.agent('alice');
    pbx.agent('bob');
    pbx.agent('carl');
    source.start();
    await shows(daemon, { alice: 'ready', bob: 'ready', carl: 'ready' });
    pbx.join('gone');
    pbx.join('stays');
    await waits(daemon, 2);
    // nobody is told of these
    pbx.members.delete('gone');
    pbx.members.set('new', { call: 'new', queue: 'support', uuid: 'm', state: 'Waiting', joined: Date.now() });
    pbx.channels.add('new');
    pbx.members.set('phantom', { call: 'phantom', queue: 'support', uuid: 'p', state: 'Answered', agent: 'carl', joined: Date.now() - 7200000, bridged: Date.now() - 7000000 });
    pbx.agents.get('alice').status = 'On Break';
    pbx.agents.get('bob').state = 'Reserved';
    pbx.agents.delete('carl');
    await source.tells('corrected: call gone is gone');
    await source.tells('call phantom is left over in queue support: its channel is gone');
    await source.tells('agent bob is \\"Reserved\\" without a call');
    await shows(daemon, { alice: 'break', bob: 'busy', carl: 'offline' });
    await waits(daemon, 2);
    const corrected = await source.counter('corrected');
    assert(corrected >= 4, `corrected: ${corrected}`);
    pbx.state('bob', 'Waiting');
    await shows(daemon, { bob: 'ready' });
    const checks = await source.counter('snapshots');
    await sleep(4000);
    assert((await source.counter('snapshots')) >= checks + 3, 'three more checks');
    equal(await source.counter('corrected'), corrected, 'nothing more to correct');
  },

  async 'while Redis takes nothing the switch is held up, and nothing is lost'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene);
    source.start();
    await source.tells('source.seen');
    await redis.stop('SIGKILL');
    const CALLS = 60000; // 120,000 events: nearly twice of what may wait
    const small = (action, call, more = '') => {
      const body = `Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\nEvent-Date-Timestamp: ${Date.now()}000\nCC-Action: ${action}\nCC-Queue: support\nCC-Member-Session-UUID: ${call}\n${more}\n`;
      return `Content-Length: ${body.length}\nContent-Type: text/event-plain\n\n${body}`;
    };
    const line = pbx.player.line;
    let told = 0;
    const all = (async () => {
      for (let i = 0; i < CALLS; i += 500) {
        let text = '';
        for (let k = i; k < i + 500; k++) text += small('member-queue-start', `full-${k}`) + small('member-queue-end', `full-${k}`, 'CC-Cause: Cancel\nCC-Cancel-Reason: BREAK_OUT\nChannel-State: CS_HANGUP\n');
        await line.say(text);
        told = i + 500;
      }
    })();
    let before = -1;
    await until('the switch is held up', async () => {
      const same = told === before && told < CALLS;
      before = told;
      await sleep(500);
      return same && told === before;
    });
    assert(source.rss() < 160 << 10 || sanitized(), `memory: ${source.rss()} kB`);
    await redis.start();
    await all;
    await until('all of them', async () => {
      const today = (await queueOf(daemon))?.today;
      return today?.offered === CALLS && today.abandoned === CALLS;
    }, 60000);
    await sound(daemon);
    auditOf(redis, daemon);
  },

  async 'a switch that says nothing any more is given up'(scene) {
    const { daemon, pbx, source } = await stage(scene, { args: ['--retry', '200'] });
    pbx.agent('alice');
    source.start();
    await shows(daemon, { alice: 'ready' });
    pbx.mute = true; // the connection stays, and takes what it is sent
    const logins = pbx.logins;
    await source.tells('the switch does not answer any more').catch(async () => source.tells('the switch does not answer any more'));
    pbx.mute = false;
    await until('it is back', () => pbx.logins > logins);
    assert(pbx.commands.includes('api status'), 'it asked for a sign of life');
  },

  async 'started before Redis and before the switch: it waits for both'(scene) {
    const { redis, daemon, pbx, source } = await stage(scene, { args: ['--retry', '200'] });
    pbx.agent('alice');
    await redis.stop('SIGKILL');
    await pbx.stop();
    source.start();
    await source.tells('source.redis src=esl state=down');
    equal(pbx.logins, 0, 'the switch is not called before the journal was read');
    await redis.start();
    await source.tells('source.switch src=esl state=down');
    await pbx.start();
    pbx.join('c1');
    await shows(daemon, { alice: 'ready' });
    await waits(daemon, 1);
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
    // and the next one knows what this one told: nothing is told again
    const before = (await journal(redis)).length;
    source.start();
    await source.tells('source.seen', 2);
    await sleep(300);
    equal((await journal(redis)).length, before, 'events');
    auditOf(redis, daemon);
  },

  async 'queues of one tenant; a user of the directory; a dry run'(scene) {
    const pbx = await FreeSwitch.start(scene, { queues: ['support@a.example', 'support@b.example'] });
    pbx.agent('alice@a.example', { queues: ['support@a.example'] });
    pbx.agent('bob@b.example', { queues: ['support@b.example'] });
    const source = new Source(scene, { where: pbx.where, args: ['--domain', 'a.example', '--user', 'wall@pbx.example', '--src', 'pbx-a'] }).start();
    await source.tells('source.seen');
    pbx.join('c1', 'support@a.example');
    pbx.join('c2', 'support@b.example');
    pbx.status('bob@b.example', 'On Break');
    pbx.status('alice@a.example', 'On Break');
    await until('events', () => source.out.split('\n').length > 3);
    const events = source.out.trim().split('\n').map(line => JSON.parse(line));
    equal(events.map(e => [e.type, e.agent ?? e.call, e.state ?? e.queue, e.src]), [
      ['agent.state', 'alice', 'ready', 'pbx-a'],
      ['call.queued', 'c1', 'support', 'pbx-a'],
      ['agent.state', 'alice', 'break', 'pbx-a'],
    ], 'events');
    equal(await source.kill('SIGTERM'), 0, 'an orderly end');
    const run = (...args) => spawnSync(toolPath, ['source', 'esl', ...args], { encoding: 'utf8' });
    equal(run('--dry-run').status, 2, 'without --esl');
    fs.chmodSync(source.file, 0o644);
    const open = run('--dry-run', '--esl', pbx.where, '--password-file', source.file);
    equal(open.status, 3, 'a password that everybody may read');
    assert(/everybody may read it/.test(open.stderr), open.stderr);
    equal(run('--dry-run', '--esl', pbx.where, '--password-file', '/does/not/exist').status, 3, 'no file');
    equal(run('--dry-run', '--esl', 'a:b', '--password-file', source.file).status, 2, 'no address');
    assert(/usage: shiftwall source esl/.test(run('--help').stdout), 'help');
  },
};
