// The chaos suite: `tests/torture/run [quick] [WORDS OF A FAULT]`, SEED=n, ROUNDS=n. Prints a table and ends with
// "N passed, N failed". The same seed makes the same faults at the same places.
import path from 'node:path';
import { Scene, startDaemon, startRedis, until } from '../integration/lib.mjs';
import faults from './faults.mjs';
import { Alarms, Leader, pause, Producer, random, recount, Screen } from './floor.mjs';

const words = process.argv.slice(2).filter(w => w !== 'quick');
const quick = process.argv.includes('quick');
const seed = Number(process.env.SEED ?? Date.now() % 1e9);
const rounds = Number(process.env.ROUNDS ?? (quick ? 1 : 3));
const size = quick ? { walls: 200, flood: 2000, before: 500, after: 500 } : { walls: 1000, flood: 10_000, before: 1500, after: 1500 };
const PATIENCE_MS = 180_000;

const resident = daemon => daemon.metric('process_resident_memory_bytes');

async function redisIn(scene, network) {
  if (!network) return startRedis(scene, { persistent: true });
  // at the other end of the cable
  const port = 16379, { spawn } = await import('node:child_process');
  const dir = path.join(scene.dir, 'redis');
  (await import('node:fs')).mkdirSync(dir, { recursive: true });
  const { Redis, root } = await import('../integration/lib.mjs');
  const child = spawn('ip', ['netns', 'exec', network.ns, 'redis-server', '--port', String(port), '--bind', network.address, '--protected-mode', 'no', '--dir', dir, '--appendonly', 'yes', '--appendfsync', 'always'], { stdio: 'ignore' });
  const over = new Promise(done => child.on('exit', done));
  scene.onEnd(async () => (child.kill('SIGKILL'), await over));
  const target = { host: network.address, port };
  const redis = { target, url: `redis://${network.address}:${port}`, async loadFunction() {
    await this.client.send('FUNCTION', 'LOAD', 'REPLACE', (await import('node:fs')).readFileSync(path.join(root, 'deploy/redis/shiftwall.lua'), 'utf8'));
  } };
  redis.client = await until('Redis answers', async () => {
    const client = new Redis(target);
    await client.send('PING');
    return client;
  });
  scene.onEnd(() => redis.client.close());
  return redis;
}

/** One fault, once: what was lost and doubled, and how long until all was right again. */
async function round(name, fault, n) {
  const scene = new Scene(name), dice = random(seed + n * 7919 + name.length * 104729);
  let daemon;
  try {
    const first = fault.prepare?.length === 0 || fault.prepare ? await prepare(scene, fault, n) : {};
    const { redis, extra } = first.redis ? first : { redis: await redisIn(scene), extra: {} };
    daemon = await startDaemon(scene, { redis: extra.url ?? redis, args: ['--data', path.join(scene.dir, 'data')], env: extra.env ?? {} });
    await daemon.live();
    await redis.loadFunction();
    const producer = new Producer(scene, redis, dice), leader = new Leader(scene, daemon, dice);
    const alarms = new Alarms(scene, new Producer(scene, redis, dice, { name: 'a' }));
    const screens = Array.from({ length: 4 }, () => new Screen(scene, daemon));
    for (let i = 0; i < 12; i++) await producer.send({ type: 'agent.state', ts: Date.now(), agent: `${1001 + i}`, state: 'ready', team: i % 2 ? 'A' : 'B' });
    await until('agents are there', async () => Object.keys((await daemon.view('agents')).agents).length >= 12);
    producer.start();
    leader.start();
    alarms.start();
    await pause(size.before);
    const before = await resident(daemon);
    await fault.strike({ scene, daemon, redis, dice, leader, producer, size, ...extra });
    const mended = Date.now();
    await until('the daemon is ready again', async () => (await daemon.get('/readyz')).status === 200, 60_000);
    await until('screens are back', () => screens.every(s => s.up), 60_000);
    const recovery = Date.now() - mended;
    await pause(size.after);
    await producer.stop();
    await leader.stop();
    await alarms.stop();
    const result = fault.rejects ? await recountRejects({ redis, daemon, producer, leader, alarms, screens }) : await recount({ redis, daemon, producer, leader, alarms, screens, journalLost: fault.journalLost });
    if (fault.journalLost) await until('every wall says so', () => screens.every(s => s.wall.feed?.status === 'incomplete'));
    const after = await resident(daemon);
    if (after > 2 * before + (64 << 20)) result.lost.push(`memory: ${before >> 20} to ${after >> 20} MiB`);
    if (/Assertion|assert|Sanitizer/.test(daemon.process.err)) result.lost.push(daemon.process.err.slice(-300));
    return { ...result, recovery, acknowledged: producer.acknowledged, confirmed: leader.confirmed.length, alerts: alarms.raised.length };
  } catch (error) {
    const ended = daemon?.process.over ? `; the daemon ended (${daemon.process.code ?? daemon.process.signal}): ${daemon.process.err.slice(-600)}` : '';
    throw new Error(`${error.message}${ended}`);
  } finally {
    const reports = await scene.end();
    if (reports) console.log(reports);
  }
}

/** What the fault needs: around Redis before it starts, around the daemon after. */
async function prepare(scene, fault, n) {
  const wantsRedis = /redis/.test(fault.prepare.toString().split(')')[0]);
  if (wantsRedis) {
    const redis = await redisIn(scene);
    return { redis, extra: (await fault.prepare({ scene, redis, seed: seed + n })) ?? {} };
  }
  const extra = (await fault.prepare({ scene, seed: seed + n })) ?? {};
  return { redis: await redisIn(scene, extra.network), extra };
}

/** Where the daemon may refuse events it could not read: the recount is the journal's, read anew without the fault. */
async function recountRejects(all) {
  await all.daemon.process.kill('SIGTERM');
  await all.daemon.start();
  await all.daemon.live();
  return recount(all);
}

console.log(`seed ${seed}, ${rounds} round${rounds > 1 ? 's' : ''} of each fault${quick ? ', small' : ''}`);
const table = [];
let passed = 0, failed = 0;
for (const [name, fault] of Object.entries(faults)) {
  if (words.length && !words.some(w => name.includes(w))) continue;
  if (fault.skip) {
    console.log(`skip ${name}: ${fault.skip}`);
    continue;
  }
  const row = { name, runs: 0, lost: [], doubled: [], times: [], acknowledged: 0, confirmed: 0, alerts: 0 };
  for (let n = 0; n < rounds; n++) {
    let timer;
    const hang = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('hangs')), PATIENCE_MS)));
    try {
      const got = await Promise.race([round(name, fault, n), hang]);
      row.runs++;
      row.lost.push(...got.lost);
      row.doubled.push(...got.doubled);
      row.times.push(got.recovery);
      row.acknowledged += got.acknowledged;
      row.confirmed += got.confirmed;
      row.alerts += got.alerts;
      const good = !got.lost.length && !got.doubled.length;
      good ? passed++ : failed++;
      if (!good) console.log(`FAIL ${name}, round ${n + 1}: lost ${got.lost.join('; ') || 0}, doubled ${got.doubled.join('; ') || 0}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}, round ${n + 1}: ${error.stack}`);
    }
    clearTimeout(timer);
  }
  row.times.sort((a, b) => a - b);
  table.push(row);
  console.log(`${row.lost.length + row.doubled.length || row.runs < rounds ? 'FAIL' : 'ok  '} ${name}`);
}
const cell = (text, width) => String(text).padEnd(width);
console.log(`\n${cell('fault', 46)}${cell('runs', 6)}${cell('events', 9)}${cell('writes', 8)}${cell('alerts', 8)}${cell('lost', 6)}${cell('doubled', 9)}recovery median, most`);
for (const r of table)
  console.log(`${cell(r.name, 46)}${cell(r.runs, 6)}${cell(r.acknowledged, 9)}${cell(r.confirmed, 8)}${cell(r.alerts, 8)}${cell(r.lost.length, 6)}${cell(r.doubled.length, 9)}${r.times.length ? `${(r.times[r.times.length >> 1] / 1000).toFixed(1)} s, ${(r.times.at(-1) / 1000).toFixed(1)} s` : '-'}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
