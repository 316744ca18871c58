// Whether drawing sign-in charts of 800 agents delays the walls: the time from an event's publication to its frame at a
// wall, with charts drawn one after another and without, in turns of one run. A whole daemon, Redis and WebSocket.
import { call, Scene, startDaemon, startRedis, state, until, Wall } from '../integration/lib.mjs';
import fs from 'node:fs';
import path from 'node:path';

const AGENTS = 800;
const TEAMS = 40;
const ROUNDS = 5;
const EVENTS = 60; // a round
const FORMATS = ['png', 'pdf', 'svg', 'xlsx', 'json'];

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

const scene = new Scene('drawing');
try {
  const redis = await startRedis(scene);
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, 'push_interval_ms: 100\n'); // the shortest: what is late shows
  const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, 'data')] });
  await daemon.live();
  const hour = 3600_000;
  const now = Date.now();
  const clock = t => new Date(t).toISOString().slice(11, 16);
  const start = Math.max(now - 3 * hour, Math.floor(now / (24 * hour)) * 24 * hour);
  const date = new Date(start).toISOString().slice(0, 10);
  const rows = Array.from({ length: AGENTS }, (_, i) => `${date},${1000 + i},坐席${i},组${i % TEAMS},S${i},${clock(start)},${clock(start + 9 * hour)},,`);
  await daemon.send('POST', 'roster', `date,agent,name,team,seat,start,end,activities,leave\n${rows.join('\n')}\n`, { type: 'text/csv' });
  for (let from = 0; from < AGENTS; from += 100) {
    const batch = [];
    for (let i = from; i < from + 100; i++) {
      batch.push({ ...state(String(1000 + i), 'ready'), ts: start + (i % 90) * 60_000 });
      if (i % 3 === 0) batch.push({ ...state(String(1000 + i), 'break'), ts: start + 100 * 60_000 }, { ...state(String(1000 + i), 'ready'), ts: start + 125 * 60_000 });
    }
    for (let i = 0; i < batch.length; i += 100) await redis.emit(batch.slice(i, i + 100).sort((a, b) => a.ts - b.ts));
  }
  const wall = new Wall(scene, daemon, { views: ['queues'] });
  await wall.opened;
  await redis.emit(call('queued', 'first', { queue: 'probe' }));
  await until('the wall lives', () => wall.docs.queues?.queues?.probe);
  const offered = () => wall.docs.queues.queues.probe.today.offered;

  // The time of EVENTS calls, one every 120 ms, each until its frame.
  let serial = 0;
  async function measure() {
    const times = [];
    for (let i = 0; i < EVENTS; i++) {
      await new Promise(done => setTimeout(done, 40 + Math.random() * 40)); // not in step with the push interval
      const before = offered();
      const sent = performance.now();
      await redis.emit(call('queued', `p${serial++}`, { queue: 'probe' }));
      while (offered() === before) await new Promise(done => setTimeout(done, 1));
      times.push(performance.now() - sent);
    }
    return times;
  }

  let drawing = false;
  let drawn = 0;
  async function draw() {
    for (let i = 0; drawing; i++) {
      const { status } = await daemon.get(`/api/v1/sites/main/charts/now.${FORMATS[i % FORMATS.length]}`);
      if (status !== 200) throw new Error(`drawing: ${status}`);
      drawn++;
    }
  }

  await measure();
  const quiet = [];
  const busy = [];
  for (let round = 0; round < ROUNDS; round++) {
    quiet.push(await measure());
    drawing = true;
    const artist = draw();
    busy.push(await measure());
    drawing = false;
    await artist;
  }
  const of = (list, q) => median(list.map(times => quantile(times, q)));
  console.log(`${AGENTS} agents in ${TEAMS} teams, ${drawn} charts drawn in ${ROUNDS} rounds; medians of ${ROUNDS}`);
  console.log('                                     p50        p95     longest');
  console.log(`  event to frame, nothing drawn  ${[0.5, 0.95, 1].map(q => `${of(quiet, q).toFixed(1)} ms`.padStart(10)).join(' ')}`);
  console.log(`  event to frame, while drawing  ${[0.5, 0.95, 1].map(q => `${of(busy, q).toFixed(1)} ms`.padStart(10)).join(' ')}`);
  console.log(`  ratio                          ${[0.5, 0.95, 1].map(q => `${(of(busy, q) / of(quiet, q)).toFixed(2)} x`.padStart(10)).join(' ')}`);
} finally {
  await scene.end();
}
