// What a wall costs its line: a floor of 120 agents at 20 events a second on each of the boards, compressed as browsers
// negotiate it; and a floor on which nothing happens, which costs keep-alive only, and next to no processor time.
import fs from 'node:fs';
import path from 'node:path';
import { call, sleep, startDaemon, startRedis, state } from '../integration/lib.mjs';
import { cpuOf, lines, median, program, quick, ROUNDS, row } from './stage.mjs';

const AGENTS = 120, TEAMS = 6, QUEUES = 6, PER_SECOND = 20;
const WINDOW_MS = quick ? 5000 : 15_000, IDLE_MS = quick ? 5000 : 10_000, IDLE_AGENTS = 5000;
// The views that the boards which come with the product show (web/boards).
const BOARDS = { agents: ['site', 'agents', 'teams'], overview: ['site', 'queues', 'intervals'], queues: ['site', 'queues'], 'all of them': ['site', 'queues', 'teams', 'agents', 'intervals', 'alerts'] };
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

async function start(scene) {
  const redis = await startRedis(scene);
  const config = path.join(scene.dir, 'traffic.yaml');
  fs.writeFileSync(config, 'policy: floor\nopen_reads: true\n');
  const daemon = await startDaemon(scene, { redis, args: ['--config', config] });
  await daemon.live();
  return { redis, daemon, end: async () => (await daemon.process.kill('SIGKILL'), redis.stop()) };
}

const wallOf = async (scene, daemon, views, words, count = 1) => {
  const walls = lines(scene, [program('wsload'), String(daemon.port), String(count), '/ws', JSON.stringify({ op: 'subscribe', site: 'main', views }), ...words]);
  await walls.line();
  return walls;
};

/** Kilobytes a second of every board, both ways at the same time. */
async function busy(scene) {
  const server = await start(scene), floor = floorOf(server.redis);
  await floor.begin();
  await sleep(8000); // calls of all ages
  const walls = {};
  for (const board of Object.keys(BOARDS)) for (const way of Object.keys(WAYS)) walls[`${board}, ${way}`] = await wallOf(scene, server.daemon, BOARDS[board], WAYS[way]);
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
  const walls = await wallOf(scene, server.daemon, BOARDS['all of them'], ['deflate'], 20);
  await sleep(4000);
  const bytes = [], share = [];
  for (let round = 0; round < ROUNDS; round++) {
    const cpu = cpuOf(pid);
    walls.say('begin');
    await sleep(IDLE_MS);
    walls.say('end');
    bytes.push((await walls.json()).frames / 20);
    share.push(((cpuOf(pid) - cpu) / IDLE_MS) * 100);
  }
  await walls.end('SIGKILL');
  await server.end();
  return { bytes, share };
}

export async function measure(scene) {
  const { rates, perSecond } = await busy(scene);
  const { bytes, share } = await idle(scene);
  const plain = name => `plain ${median(rates[`${name}, plain`]).toFixed(2)} KB/s`;
  const boards = Object.keys(BOARDS).map(name => row(`a wall's line, ${name === 'all of them' ? 'all views' : `board ${name}`}`, rates[`${name}, compressed`],
    { ...(name === 'all of them' ? {} : { goal: ['<=', 1.5] }), unit: ' KB/s', note: `${AGENTS} agents, ${median(perSecond).toFixed(0)} events/s, compressed as browsers negotiate it; ${plain(name)}` }));
  return [
    ...boards,
    row('idle floor: frames a wall', bytes, { goal: ['<=', 0], note: `in ${IDLE_MS / 1000} s, all views; keep-alive is a ping of 2 bytes every 20 s of silence` }),
    row('idle floor: processor', share, { goal: ['<=', 0.5], unit: ' %', note: `of one; ${IDLE_AGENTS} agents, 20 walls` }),
  ];
}
