// Asterisk's manager interface at its own pace: 2,000 agents in two queues each, 400 calls a minute of four minutes each, with all events of the classes
// that the adapter asks for, into the adapter, Redis, the daemon and a wall. What the adapter and the daemon take of one core, the
// minute's check of all members included.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startDaemon, startRedis, toolPath, until, Wall } from '../integration/lib.mjs';
import { Asterisk } from '../integration/asterisk.mjs';
import { cpuOf, quick, row } from './stage.mjs';

const AGENTS = 2000, QUEUES = 20, CALLS_PER_MINUTE = 400;
const TALK_MS = 255_000; // four minutes and a quarter: 1,700 of the agents talk at any time
const WARM_MS = quick ? 15_000 : 30_000, MEASURED_MS = quick ? 20_000 : 60_000;

/** What a real Asterisk says besides: states of channels, presence, bridges. */
class Talkative extends Asterisk {
  messages = 0;
  event(name, headers, privilege) {
    if (/dialplan/.test(privilege)) return; // not asked for
    this.messages++;
    super.event(name, headers, privilege);
  }
  newChannel(...args) {
    const c = super.newChannel(...args);
    for (const state of [4, 5, 6]) this.event('Newstate', { ...this.channel(c), ChannelState: state });
    this.event('NewCallerid', { ...this.channel(c), 'CID-CallingPres': '0 (Presentation Allowed, Not Screened)' });
    this.event('NewConnectedLine', this.channel(c));
    return c;
  }
  status(name, status) {
    super.status(name, status);
    for (const queue of this.members.get(name).queues.keys()) this.event('DeviceStateChange', { Device: `Queue:${queue}_avail`, State: 'INUSE' });
    this.event('ExtensionStatus', { Exten: name, Context: 'ext-local', Hint: `PJSIP/${name}`, Status: status, StatusText: 'InUse' });
  }
  hangup(c, cause) {
    if (this.channels.has(c.id)) {
      if (c.bridge) this.event('BridgeLeave', { BridgeUniqueid: c.bridge, BridgeType: 'basic', BridgeNumChannels: 1, ...this.channel(c) });
      this.event('SoftHangupRequest', { ...this.channel(c), Cause: 16 });
    }
    super.hangup(c, cause);
  }
}

export async function measure(scene) {
  const redis = await startRedis(scene, { persistent: true });
  const daemon = await startDaemon(scene, { redis });
  await daemon.live();
  const queues = Array.from({ length: QUEUES }, (_, i) => `queue-${i}`);
  const pbx = new Talkative({ queues, timestamps: true });
  pbx.player = await (await import('../integration/fake_switch.mjs')).startSwitch(scene, line => pbx.converse(line), { ending: '\r\n\r\n' });
  const idle = Array.from({ length: AGENTS }, (_, i) => `agent-${i}`);
  idle.forEach((name, i) => pbx.member(name, [queues[i % QUEUES], queues[(i + 7) % QUEUES]]));
  let calls = 0;
  const soon = (ms, act) => setTimeout(act, ms).unref();
  const finish = (id, name, ms) =>
    soon(ms, () => {
      pbx.complete(id, calls % 2 ? 'agent' : 'caller');
      idle.push(name);
    });
  // the floor as it is in the middle of the day
  for (let i = 0; i < (TALK_MS * CALLS_PER_MINUTE) / 60_000; i++) {
    const id = `${Math.floor(Date.now() / 1000) - 300}.${calls++}`, name = idle.shift();
    pbx.join(id, [...pbx.members.get(name).queues.keys()][i % 2]);
    pbx.ring(id, name);
    pbx.connect(id, name);
    finish(id, name, 10_000 + (i * 60_000) / CALLS_PER_MINUTE);
  }
  const secret = path.join(scene.dir, 'secret');
  fs.writeFileSync(secret, `${pbx.secret}\n`, { mode: 0o600 });
  const args = ['source', 'ami', '--ami', pbx.player.where, '--user', pbx.user, '--secret-file', secret, '--redis', redis.url, '--site', 'main', '--wrapup', '10'];
  const adapter = spawn(toolPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  scene.onEnd(() => adapter.kill('SIGKILL'));
  await until('all agents', async () => Object.keys((await daemon.view('agents')).agents).length === AGENTS, 60_000);
  const wall = new Wall(scene, daemon, { views: ['site', 'queues', 'agents', 'alerts'] });
  await wall.opened;

  const call = () => {
    const id = `${Math.floor(Date.now() / 1000)}.${calls++}`;
    const name = idle.shift(), queue = [...pbx.members.get(name).queues.keys()][calls % 2];
    pbx.join(id, queue);
    if (calls % 10 === 0) {
      idle.push(name);
      soon(4000, () => pbx.abandon(id));
      return;
    }
    soon(500, () => pbx.ring(id, name));
    soon(4000, () => pbx.connect(id, name));
    finish(id, name, 4000 + TALK_MS);
  };
  const began = performance.now();
  let started = 0;
  const pace = setInterval(() => {
    while (started < ((performance.now() - began) * CALLS_PER_MINUTE) / 60_000) started++, call();
  }, 20);
  scene.onEnd(() => clearInterval(pace));
  await new Promise(done => setTimeout(done, WARM_MS));
  const pids = [adapter.pid, daemon.process.child.pid], before = pids.map(cpuOf), messages = pbx.messages, from = performance.now();
  await new Promise(done => setTimeout(done, MEASURED_MS));
  const ms = performance.now() - from;
  const [ours, daemons] = pids.map((pid, i) => (100 * (cpuOf(pid) - before[i])) / ms);
  const rate = Math.round((1000 * (pbx.messages - messages)) / ms);
  clearInterval(pace);
  const handled = Object.values((await daemon.view('queues')).queues).reduce((sum, queue) => sum + queue.today.handled, 0);
  if (handled < CALLS_PER_MINUTE / 4) throw new Error(`only ${handled} calls were handled`);
  const contradictions = await daemon.metric('shiftwall_events_contradiction_total');
  if (contradictions !== 0) throw new Error(`${contradictions} contradictions`);
  const what = `AMI of ${AGENTS} agents, ${CALLS_PER_MINUTE} calls a minute:`;
  return [
    row(`${what} adapter + daemon, of one core`, [ours + daemons], { goal: ['<=', 10], unit: ' %', note: `${rate} events/s of Asterisk; one wall; ${handled} calls handled` }),
    row(`${what} adapter alone, of one core`, [ours], { unit: ' %' }),
  ];
}
