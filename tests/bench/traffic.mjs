// What a wall costs its line: a floor of 120 agents at 20 events a second, compressed as browsers
// negotiate it; and a floor on which nothing happens, which costs keep-alive only, and next to no processor time.
import fs from 'node:fs';
import path from 'node:path';
import { call, sleep, startDaemon, startRedis, state } from '../integration/lib.mjs';
import { cpuOf, lines, median, program, quick, ROUNDS, row } from './stage.mjs';

const AGENTS = 120, TEAMS = 6, QUEUES = 6, PER_SECOND = 20;
const WINDOW_MS = quick ? 5000 : 10_000, IDLE_MS = quick ? 5000 : 10_000, IDLE_AGENTS = 5000;
// What is subscribed to: one view alone, and what the boards that come with the product show (web/boards).
const SETS = { 'view agents': ['agents'], 'board overview': ['site', 'queues', 'intervals'], 'board agents': ['site', 'teams', 'queues', 'agents'] };
const ALL = ['site', 'queues', 'teams', 'agents', 'intervals', 'alerts'];
const WAYS = { compressed: ['deflate'], plain: [] };

/** A floor whose calls come, ring, are answered and end, with the states of who takes them. */
function floorOf(redis) {
  const free = Array.from({ length: AGENTS }, (_, i) => i);
  const ready = i => state(String(1000 + i), 'ready', { team: `team-${i % TEAMS}`, queues: [`queue-${i % QUEUES}`] });
  let serial = 0;
  const due = []; // [when, event]
  const begin = now => {
    const agent = free.splice(Math.floor(Math.random() * free.length), 1)[0];
    if (agent === undefined) return;
    const id = `c${serial++}`, who = String(1000 + agent), queue = `queue-${agent % QUEUES}`, talk = 4000 + Math.random() * 12_000;
    const wait = 500 + Math.random() * 4000;
    due.push([now, () => call('queued', id, { queue })], [now + wait, () => call('ringing', id, { queue, agent: who })],
      [now + wait + 1500, () => call('answered', id, { queue, agent: who })], [now + wait + 1500, () => state(who, 'talking', { queue })],
      [now + wait + 1500 + talk, () => call('ended', id, { queue, agent: who })], [now + wait + 1500 + talk, () => state(who, 'wrapup', { queue })],
      [now + wait + talk + 6000, () => (free.push(agent), ready(agent))]);
  };
  let begun = performance.now(), sent = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    for (; sent < ((now - begun) / 1000) * PER_SECOND; sent++) {
      if (!due.length || Math.min(...due.map(([at]) => at)) > now) begin(now);
      if (!due.length) break;
      due.sort((a, b) => a[0] - b[0]);
      redis.publish(due.shift()[1]()).catch(() => {});
    }
  }, 10);
  return { begin: () => redis.publish(JSON.stringify(Array.from({ length: AGENTS }, (_, i) => ready(i)))), sent: () => sent, end: () => clearInterval(timer) };
}

async function start(scene, intervalMs = 250) {
  const redis = await startRedis(scene);
  const config = path.join(scene.dir, 'traffic.yaml');
  fs.writeFileSync(config, `policy: floor\nopen_reads: true\npush_interval_ms: ${intervalMs}\n`);
  const daemon = await startDaemon(scene, { redis, args: ['--config', config] });
  await daemon.live();
  return { redis, daemon, end: async () => (await daemon.process.kill('SIGKILL'), redis.stop()) };
}

const wallOf = async (scene, daemon, views, words, count = 1) => {
  const walls = lines(scene, [program('wsload'), String(daemon.port), String(count), '/ws', JSON.stringify({ op: 'subscribe', site: 'main', views }), ...words]);
  await walls.line();
  return walls;
};

/** Kilobytes a second of every set of views, both ways at the same time. */
async function busy(scene, intervalMs) {
  const server = await start(scene, intervalMs), floor = floorOf(server.redis);
  await floor.begin();
  await sleep(8000); // calls of all ages
  const walls = {};
  for (const set of Object.keys(SETS)) for (const way of Object.keys(WAYS)) walls[`${set}, ${way}`] = await wallOf(scene, server.daemon, SETS[set], WAYS[way]);
  await sleep(1000);
  const rates = Object.fromEntries(Object.keys(walls).map(name => [name, []]));
  const perSecond = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = floor.sent();
    for (const wall of Object.values(walls)) wall.say('begin');
    await sleep(WINDOW_MS);
    for (const wall of Object.values(walls)) wall.say('end');
    for (const [name, wall] of Object.entries(walls)) rates[name].push((await wall.json()).bytes / WINDOW_MS / 1.024);
    perSecond.push(((floor.sent() - before) * 1000) / WINDOW_MS);
  }
  floor.end();
  for (const wall of Object.values(walls)) await wall.end('SIGKILL');
  await server.end();
  return { rates, perSecond };
}

async function idle(scene) {
  const server = await start(scene), pid = server.daemon.process.child.pid;
  for (let from = 0; from < IDLE_AGENTS; from += 100)
    await server.redis.publish(JSON.stringify(Array.from({ length: 100 }, (_, i) => state(String(10_000 + from + i), 'ready', { team: `team-${(from + i) % 50}` }))));
  const walls = await wallOf(scene, server.daemon, ALL, ['deflate'], 20);
  await sleep(4000);
  const frames = [], share = [];
  for (let round = 0; round < ROUNDS; round++) {
    const cpu = cpuOf(pid);
    walls.say('begin');
    await sleep(IDLE_MS);
    walls.say('end');
    frames.push((await walls.json()).frames / 20);
    share.push(((cpuOf(pid) - cpu) / IDLE_MS) * 100);
  }
  await walls.end('SIGKILL');
  await server.end();
  return { frames, share };
}

export async function measure(scene) {
  const { rates, perSecond } = await busy(scene), slower = await busy(scene, 1000);
  const { frames, share } = await idle(scene);
  const of = (list, name) => `${median(list[name]).toFixed(2)} KB/s`;
  const sets = Object.keys(SETS).map(name => row(`a wall's line, ${name}`, rates[`${name}, compressed`], { goal: ['<=', 1.5], unit: ' KB/s',
    note: `${AGENTS} agents, ${median(perSecond).toFixed(0)} events/s, compressed as browsers negotiate it; plain ${of(rates, `${name}, plain`)}; compressed with push_interval_ms 1000 ${of(slower.rates, `${name}, compressed`)}` }));
  return [
    ...sets,
    row('idle floor: frames a wall', frames, { goal: ['<=', 0], note: `in ${IDLE_MS / 1000} s, all views; keep-alive is a ping of 2 bytes after 20 s of silence` }),
    row('idle floor: processor', share, { goal: ['<=', 0.5], unit: ' %', note: `of one; ${IDLE_AGENTS} agents, 20 walls` }),
  ];
}
