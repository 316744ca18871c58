// What the scenarios of `shiftwall source ami` and `source esl` share: the adapter's process, and what has to be true after it.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SLOW, equal, sleep, toolPath, until } from './lib.mjs';

/** An adapter of KIND, which reads SECRET from the file that its option names, and asks the switch at WHERE. Without a Redis URL it
 * tells its events on standard output. */
export class Adapter {
  constructor(scene, { kind, where, url, args, secret: [option, secret] }) {
    this.file = path.join(scene.dir, `${kind}.secret`);
    fs.writeFileSync(this.file, `${secret}\n`, { mode: 0o600 });
    const to = url ? ['--redis', url, '--site', 'main'] : ['--dry-run'];
    Object.assign(this, { kind, args: ['source', kind, `--${kind}`, where, option, this.file, ...to, ...args], said: '', out: '' });
    scene.onEnd(async () => {
      if (SLOW > 1 && this.child) await Promise.race([this.kill('SIGTERM'), sleep(8000)]); // leaks are told at an orderly end
      await this.kill('SIGKILL');
      const at = this.said.search(/^.*(ERROR: [A-Za-z]+Sanitizer|runtime error:)/m);
      if (at >= 0) scene.reports += this.said.slice(at, at + 6000);
    });
  }
  start(more = []) {
    const child = spawn(toolPath, [...this.args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.over = false;
    child.stderr.setEncoding('utf8').on('data', text => (this.said += text));
    child.stdout.setEncoding('utf8').on('data', text => (this.out += text));
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
  /** A counter, fresh: of the adapter, or of its kind. */
  async counter(name) {
    const last = `source.counters_${this.kind}`, before = this.said.split(last).length;
    this.child.kill('SIGUSR1');
    await until('counters', () => this.said.split(last).length > before && this.said.endsWith('\n'));
    const lines = this.said.split('\n').filter(line => line.includes('source.counters')).slice(-2);
    return Number(lines.map(line => new RegExp(` ${name}=(-?\\d+)`).exec(line)?.[1]).find(found => found !== undefined));
  }
  rss() {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]);
  }
  events() {
    return this.out.trim().split('\n').filter(Boolean).map(line => JSON.parse(line));
  }
}

/** The events in the journal. */
export async function journal(redis) {
  const entries = await redis.client.send('XRANGE', 'sw:{main}:journal', '-', '+');
  return entries.flatMap(([, fields]) => {
    const message = JSON.parse(fields[fields.indexOf('e') + 1]);
    return Array.isArray(message) ? message : [message];
  });
}

export function auditOf(redis, daemon, args = []) {
  const { status, stdout, stderr } = spawnSync(toolPath, ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url, ...args], { encoding: 'utf8', timeout: 60000 * SLOW });
  equal(status, 0, `audit: ${stdout}${stderr}`);
}

/** No event contradicts another, none was counted twice, none was needed and missing. */
export async function sound(daemon) {
  for (const name of ['contradiction', 'implied', 'duplicate', 'clock_skew', 'rejected'])
    equal(await daemon.metric(`shiftwall_events_${name}_total`), 0, name);
}

export const agentsOf = async daemon => Object.fromEntries(Object.entries((await daemon.view('agents')).agents).map(([id, a]) => [id, a.state]));
export const shows = (daemon, agents) =>
  until(`agents are ${JSON.stringify(agents)}`, async () => {
    const got = await agentsOf(daemon);
    if (Object.entries(agents).every(([id, state]) => got[id] === state)) return true;
    throw new Error(JSON.stringify(got));
  });
export const queueOf = async (daemon, queue = 'support') => (await daemon.view('queues')).queues[queue];
export const waits = (daemon, count, queue) => until(`${count} wait`, async () => (await queueOf(daemon, queue))?.now.waiting === count);

/** Numbers below N from a seed, the same each time. */
export function dice(seed) {
  let state = seed;
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
