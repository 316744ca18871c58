// `shiftwall source esl`: a made-up FreeSWITCH that speaks the event socket, the real adapter, a real Redis, a real daemon.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SLOW, assert, equal, sleep, startDaemon, startProxy, startRedis, toolPath, until } from './lib.mjs';
import { startSwitch } from './fake_switch.mjs';
import { FreeSwitch } from './freeswitch.mjs';

// ---- the adapter ----

class Source {
  constructor(scene, { where, url, args = [], password = 'ClueCon' }) {
    this.file = path.join(scene.dir, 'esl.password');
    fs.writeFileSync(this.file, `${password}\n`, { mode: 0o600 });
    Object.assign(this, { where, url, args, said: '', out: '', lives: 0 });
    scene.onEnd(() => this.kill('SIGKILL'));
  }
  start(more = []) {
    const to = this.url ? ['--redis', this.url, '--site', 'main'] : ['--dry-run'];
    this.child = spawn(toolPath, ['source', 'esl', '--esl', this.where, '--password-file', this.file, ...to, ...this.args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.lives++;
    this.over = false;
    this.child.stderr.setEncoding('utf8').on('data', text => (this.said += text));
    this.child.stdout.setEncoding('utf8').on('data', text => (this.out += text));
    const child = this.child;
    this.ended = new Promise(done =>
      child.on('close', code => {
        if (this.child === child) this.over = true;
        done(code);
      }),
    );
    return this;
  }
  async kill(signal = 'SIGKILL') {
    this.child?.kill(signal);
    return this.ended;
  }
  tells(text, count = 1) {
    return until(`the adapter says "${text}"`, () => {
      if (this.over) throw Object.assign(new Error(`it ended: ${this.said}`), { fatal: true });
      return this.said.split(text).length > count;
    }).catch(error => {
      throw new Error(`${error.message}\n${this.said.slice(-3000)}`);
    });
  }
  /** A counter, fresh. */
  async counter(name) {
    const before = this.said.split('source.counters').length;
    this.child.kill('SIGUSR1');
    await until('counters', () => this.said.split('source.counters').length >= before + 2);
    const lines = this.said.split('\n').filter(line => line.includes('source.counters'));
    const found = lines.slice(-2).map(line => new RegExp(` ${name}=(\\d+)`).exec(line)?.[1]).filter(Boolean);
    return Number(found[0]);
  }
  rss() {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]);
  }
}

// ---- what there should be, and what there is ----

async function journal(redis) {
  const entries = await redis.client.send('XRANGE', 'sw:{main}:journal', '-', '+');
  return entries.flatMap(([, fields]) => {
    const message = JSON.parse(fields[fields.indexOf('e') + 1]);
    return Array.isArray(message) ? message : [message];
  });
}

function auditOf(redis, daemon, args = []) {
  const { status, stdout, stderr } = spawnSync(toolPath, ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url, ...args], { encoding: 'utf8', timeout: 60000 * SLOW });
  equal(status, 0, `audit: ${stdout}${stderr}`);
}

/** No event contradicts another, none was counted twice, none was needed and missing. */
async function sound(daemon) {
  for (const name of ['contradiction', 'implied', 'duplicate', 'clock_skew', 'rejected'])
    equal(await daemon.metric(`shiftwall_events_${name}_total`), 0, name);
}

async function stage(scene, { args = [], redisUrl, daemonArgs = [], ...options } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const daemon = await startDaemon(scene, { redis, args: daemonArgs });
  await daemon.live();
  const pbx = await FreeSwitch.start(scene, options);
  const source = new Source(scene, { where: pbx.where, url: redisUrl ?? redis.url, args, password: options.secret });
  return { redis, daemon, pbx, source };
}

const agentsOf = async daemon => Object.fromEntries(Object.entries((await daemon.view('agents')).agents).map(([id, a]) => [id, a.state]));
const shows = (daemon, agents) =>
  until(`agents are ${JSON.stringify(agents)}`, async () => {
    const got = await agentsOf(daemon);
    if (Object.entries(agents).every(([id, state]) => got[id] === state)) return true;
    throw new Error(JSON.stringify(got));
  });
const queueOf = async (daemon, queue = 'support') => (await daemon.view('queues')).queues[queue];
const waits = (daemon, count, queue) => until(`${count} wait`, async () => (await queueOf(daemon, queue))?.now.waiting === count);

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
};
