// What goes on while something breaks: producers that know what was acknowledged, walls that come back, leaders who write; and
// the recount of all of it afterwards.
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { assert, equal, Redis, root, toolPath, until, Wall } from '../integration/lib.mjs';

/** The same numbers for the same SEED. */
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: n => Math.floor(next() * n), pick: list => list[Math.floor(next() * list.length)] };
}

export const pause = ms => new Promise(done => setTimeout(done, ms));

const QUEUES = ['sales', 'service', 'vip'];

/** Sends calls through the journal, each event until Redis has acknowledged it: with its id it counts once, however often. */
export class Producer {
  constructor(scene, redis, dice, { name = 'p', agents = 12, every = 4 } = {}) {
    Object.assign(this, { redis, dice, name, agents, every });
    this.acknowledged = 0;
    this.serial = 0;
    this.counts = Object.fromEntries(QUEUES.map(q => [q, { offered: 0, answered: 0, abandoned: 0 }]));
    this.stopped = false;
    scene.onEnd(() => {
      this.stopped = true;
      this.client?.close();
    });
  }
  async send(event) {
    const json = JSON.stringify({ ...event, id: `${this.name}-${++this.serial}`, src: 'torture' });
    for (;;) {
      try {
        this.client ??= new Redis(this.redis.target);
        const answer = this.client.send('FCALL', 'sw_emit', 1, 'sw:{main}:journal', 'sw:{main}:events', json);
        await Promise.race([answer, pause(4000).then(() => Promise.reject(new Error('no answer')))]);
        this.acknowledged++;
        return;
      } catch (error) {
        if (this.stopped) throw error;
        this.client?.close();
        this.client = undefined;
        await pause(50);
        if (/Function not found|NOSCRIPT/.test(error.message)) await this.redis.loadFunction().catch(() => {});
      }
    }
  }
  /** One call from its beginning to its end. */
  async call(n) {
    const { dice } = this, queue = dice.pick(QUEUES), id = `${this.name}-c${n}`, agent = `${1001 + dice.below(this.agents)}`;
    await this.send({ type: 'call.queued', ts: Date.now(), call: id, queue });
    this.counts[queue].offered++;
    await pause(dice.below(20));
    if (dice.next() < 0.2) {
      await this.send({ type: 'call.abandoned', ts: Date.now(), call: id });
      this.counts[queue].abandoned++;
      return;
    }
    await this.send({ type: 'call.answered', ts: Date.now(), call: id, agent });
    this.counts[queue].answered++;
    await pause(dice.below(20));
    await this.send({ type: 'call.ended', ts: Date.now(), call: id });
  }
  /** Calls one after another in LINES lines, until stop(). */
  start(lines = 4) {
    let n = 0;
    const line = async () => {
      while (!this.stopping) {
        await this.call(++n);
        await pause(this.dice.below(2 * this.every));
      }
    };
    this.running = Promise.all(Array.from({ length: lines }, line));
    this.running.catch(() => {});
  }
  /** Ends the calls there are; then all is acknowledged. */
  async stop() {
    this.stopping = true;
    await this.running;
  }
}

/** Alarms of an outside system, raised and cleared through the journal: each of them is one alert. */
export class Alarms {
  constructor(scene, producer) {
    Object.assign(this, { producer, raised: [], cleared: [] });
    scene.onEnd(() => (this.stopping = true));
  }
  async #tell(source, state) {
    await this.producer.send({ type: 'alarm', ts: Date.now(), source, text: 'torture', severity: 'warning', state });
    (state === 'raised' ? this.raised : this.cleared).push(source);
  }
  start() {
    this.running = (async () => {
      while (!this.stopping) {
        await this.#tell(`alarm-${this.raised.length + 1}`, 'raised');
        if (this.raised.length > 3) await this.#tell(this.raised[this.cleared.length], 'cleared');
        await pause(100);
      }
    })();
    this.running.catch(() => {});
  }
  async stop() {
    this.stopping = true;
    await this.running;
  }
}

/** A screen on a wall: comes back by itself, as a browser does, and knows what it shows. */
export class Screen {
  constructor(scene, daemon, views = ['site', 'queues', 'agents']) {
    Object.assign(this, { scene, daemon, views, connects: 0, ended: false, faults: [] });
    scene.onEnd(() => {
      this.ended = true;
      this.wall?.socket.terminate();
    });
    this.#connect();
  }
  #connect() {
    if (this.ended) return;
    const held = this.wall;
    const have = held ? Object.fromEntries(this.views.filter(v => held.vers[v]).map(v => [v, held.vers[v]])) : undefined;
    // what it missed is only patched onto what it still has
    const wall = new Wall({ onEnd() {} }, this.daemon, { views: this.views, have });
    if (held) Object.assign(wall, { docs: { ...held.docs }, vers: { ...held.vers } });
    this.wall = wall;
    this.up = false;
    wall.opened.then(() => ((this.up = true), this.connects++), () => {});
    let again = false;
    const lost = () => {
      if (again || this.ended) return;
      again = true;
      this.up = false;
      this.faults.push(...wall.faults.splice(0));
      setTimeout(() => this.#connect(), 50 + Math.random() * 200);
    };
    wall.socket.on('close', lost).on('error', lost);
  }
  /** Whether it says that it does not know: it is not connected, or was told that the feed is not right. */
  get uncertain() {
    return !this.up || (this.wall.feed && this.wall.feed.status !== 'live');
  }
}

const get = (daemon, path) =>
  new Promise((resolve, reject) => {
    const request = http.get(daemon.url + path, { agent: false, timeout: 10_000 }, response => {
      let body = '';
      response.setEncoding('utf8').on('data', d => (body += d)).on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', reject);
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer')));
  });

/** A leader who permits things, and knows which were confirmed. */
export class Leader {
  constructor(scene, daemon, dice) {
    Object.assign(this, { daemon, dice, confirmed: [], unknown: [], refused: 0, serial: 0 });
    scene.onEnd(() => (this.stopping = true));
  }
  async write() {
    const reason = `torture ${++this.serial}`, agent = `${1001 + this.dice.below(12)}`, now = Date.now();
    const answer = await Promise.race([
      this.daemon.send('POST', 'grants', { agent, kind: 'busy', from: now, to: now + 60_000, reason }).catch(() => undefined),
      pause(8000),
    ]);
    if (answer?.status === 201) this.confirmed.push(reason);
    else if (answer) this.refused++;
    else this.unknown.push(reason); // it may have been recorded, and the answer was lost
  }
  start() {
    this.running = (async () => {
      while (!this.stopping) {
        await this.write();
        await pause(this.dice.below(60));
      }
    })();
  }
  async stop() {
    this.stopping = true;
    await this.running;
  }
}

async function allRecords(daemon) {
  const all = [];
  for (let before; ; ) {
    const { status, body } = await get(daemon, `/api/v1/sites/main/audit?limit=2000${before ? `&before=${before}` : ''}`);
    equal(status, 200, 'the audit log is read');
    const { records } = JSON.parse(body);
    all.push(...records);
    if (records.length < 2000) return all;
    before = records.at(-1).record;
  }
}

// a patch puts new members last
const sorted = object => JSON.stringify(object, object && Object.keys(object).sort());

/** Everything is as it should be: what was acknowledged counts once, what was confirmed is on record once, no alert is there
 *  twice, every screen shows the truth or says that it does not know. Returns what was lost and doubled. */
export async function recount({ redis, daemon, producer, leader, alarms, screens, journalLost = false }) {
  const lost = [], doubled = [];
  const view = async name => JSON.parse((await get(daemon, `/api/v1/sites/main/views/${name}`)).body);
  if (!journalLost) {
    const want = producer.counts;
    await until('what was acknowledged is in the figures', async () => {
      const { queues = {} } = await view('queues');
      return Object.entries(want).every(([q, c]) => !c.offered || (queues[q]?.today.offered === c.offered && queues[q].today.answered === c.answered && queues[q].today.abandoned === c.abandoned));
    }, 15_000).catch(async () => {
      const { queues = {} } = await view('queues');
      for (const [q, c] of Object.entries(want))
        for (const k of Object.keys(c)) {
          const got = queues[q]?.today[k] ?? 0;
          if (got < c[k]) lost.push(`${q} ${k}: ${got} of ${c[k]}`);
          if (got > c[k]) doubled.push(`${q} ${k}: ${got} for ${c[k]}`);
        }
    });
    const audit = spawnSync(toolPath, ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url], { encoding: 'utf8', timeout: 60_000 });
    if (audit.status !== 0) lost.push(`audit: ${(audit.stdout + audit.stderr).trim().split('\n').slice(0, 4).join(' | ')}`);
  }
  // an alarm is one alert: open while it is raised, on record once, and its end once
  const alertsOf = async () => {
    const records = (await allRecords(daemon)).filter(r => r.kind === 'alert' || r.kind === 'alert.closed');
    const shown = Object.values((await view('alerts')).alerts).map(a => a.subject);
    const missing = [], again = [];
    for (const source of alarms.raised) {
      const open = !alarms.cleared.includes(source), seen = shown.filter(s => s === `alarm:${source}`).length;
      const opened = records.filter(r => r.kind === 'alert' && r.body.subject === source);
      const closed = records.filter(r => r.kind === 'alert.closed' && opened.some(o => o.key === r.key));
      if (seen !== (open ? 1 : 0)) missing.push(`${source} is ${open ? 'raised' : 'cleared'}, and shown ${seen} times`);
      if (!opened.length) missing.push(`${source} is not on record`);
      if (!open && !closed.length) missing.push(`the end of ${source} is not on record`);
      if (opened.length > 1 || closed.length > (open ? 0 : 1)) again.push(`${source}: ${opened.length} records, ${closed.length} ends`);
    }
    return { missing, again };
  };
  if (alarms && !journalLost) {
    let last;
    await until('every alarm is an alert', async () => !(last = await alertsOf()).missing.length, 20_000).catch(() => {});
    lost.push(...last.missing);
    doubled.push(...last.again);
  }
  const records = await allRecords(daemon);
  if (leader) {
    const times = reason => records.filter(r => r.kind === 'grant' && r.body.reason === reason).length;
    for (const reason of leader.confirmed) if (times(reason) === 0) lost.push(`grant ${reason}`);
    for (const reason of [...leader.confirmed, ...leader.unknown]) if (times(reason) > 1) doubled.push(`grant ${reason}`);
  }
  // an alert opens once; between two openings of the same one it closed
  const open = new Set();
  for (const r of [...records].reverse()) {
    if (r.kind === 'alert' && open.has(r.key)) doubled.push(`alert ${r.key} ${r.body.rule}`);
    if (r.kind === 'alert') open.add(r.key);
    if (r.kind === 'alert.closed') open.delete(r.key);
  }
  for (const [i, screen] of screens.entries()) {
    assert(!screen.faults.length, `screen ${i}: ${screen.faults[0]}`);
    await until(`screen ${i} shows the truth or says that it does not know`, async () => {
      if (screen.uncertain) return journalLost || screen.wall.feed?.status === 'incomplete';
      const shown = screen.wall.docs.queues?.queues ?? {}, real = (await view('queues')).queues ?? {};
      const wrong = Object.keys(real).filter(q => sorted(shown[q]?.today) !== sorted(real[q].today));
      if (wrong.length) screen.last = `${wrong[0]}: ${JSON.stringify(shown[wrong[0]]?.today)}, not ${JSON.stringify(real[wrong[0]].today)}`;
      return !wrong.length;
    }).catch(error => {
      throw new Error(`${error.message}; up ${screen.up}, feed ${JSON.stringify(screen.wall.feed)}, ${screen.last}`);
    });
  }
  return { lost, doubled };
}

export { root };
