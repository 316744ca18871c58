// How long a daemon takes from its start until its figures are live, with 5 million events of the last eight hours in the
// journal: without a checkpoint, and with one after kill -9; and what who asks meanwhile has to wait. EVENTS says how many.
import path from 'node:path';
import { call, equal, sleep, startDaemon, startRedis, unique, until, Wall } from '../integration/lib.mjs';
import { cpuOf, lines, median, pin, pinned, program, quick, ROUNDS, row } from './stage.mjs';

const EVENTS = Number(process.env.EVENTS ?? (quick ? 500_000 : 5_000_000));
const AGENTS = 5000, QUEUES = 40;
const SINCE = 6000; // events after the checkpoint
const ASK_MS = 20;

async function publish(scene, redis, way, events, batch, first) {
  const publisher = lines(scene, pinned(0, program('publisher'), redis.target.path, way, ...[AGENTS, QUEUES, events, batch, first].map(String)));
  await publisher.line();
  publisher.say('go');
  await publisher.json();
  await publisher.ended;
}

/** From the daemon's start until it is live: seconds, its CPU, how long each answer took meanwhile, and what walls were told. */
async function life(scene, daemon) {
  const began = performance.now(), waits = [];
  daemon.url = await until('it listens', () => /ready (http:\S+)\/$/m.exec(daemon.process.out)?.[1], 600_000);
  const url = `${daemon.url}/readyz`, wall = new Wall(scene, daemon);
  for (;;) {
    const asked = performance.now();
    const { status } = await fetch(url);
    waits.push(performance.now() - asked);
    if (status === 200) break;
    if (performance.now() - began > 600_000) throw new Error('it never was live');
    await sleep(ASK_MS);
  }
  const seconds = (performance.now() - began) / 1000;
  waits.sort((a, b) => a - b);
  const told = wall.frames.filter(frame => frame.op === 'feed' && frame.progress !== undefined).length;
  wall.socket.terminate();
  return { seconds, cpu: cpuOf(daemon.process.child.pid) / 1000, wait: waits[Math.floor(waits.length * 0.99)], told };
}

export async function measure(scene) {
  const redis = await startRedis(scene);
  pin(0, redis.process.child.pid);
  await redis.loadFunction();
  await publish(scene, redis, 'past', EVENTS, 1, 0);
  const data = path.join(scene.dir, 'data');
  const applied = daemon => daemon.metric('shiftwall_events_applied_total');
  const cold = [], warm = [];
  let daemon;
  for (let round = 0; round < ROUNDS; round++) {
    const last = round === ROUNDS - 1;
    daemon = await startDaemon(scene, { redis, ready: false, wrapper: pinned(1), args: last ? ['--data', data, '--checkpoint', '5'] : [] });
    cold.push(await life(scene, daemon));
    equal(await applied(daemon), EVENTS, 'events applied');
    if (!last) await daemon.process.kill('SIGKILL');
  }
  await until('a checkpoint', async () => (await daemon.metric('shiftwall_checkpoints_total{site="main",result="written"}')) >= 1, 60_000);
  const bytes = await daemon.metric('shiftwall_checkpoint_bytes');
  await publish(scene, redis, 'journal', SINCE, 1, EVENTS);
  await redis.emit(call('queued', unique(), { queue: 'queue-0' }));
  await until('all of it', async () => (await applied(daemon)) === EVENTS + SINCE + 1, 60_000);
  for (let round = 0; round < ROUNDS; round++) {
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    warm.push(await life(scene, daemon));
    equal(await applied(daemon), EVENTS + SINCE + 1, 'events after the restart');
  }
  await daemon.process.kill('SIGKILL');
  const note = list => `${median(list.map(one => one.cpu)).toFixed(2)} s of CPU`;
  const millions = `${(EVENTS / 1e6).toFixed(1)} M events`;
  return [
    row(`${millions} in the journal, one a message: ready`, cold.map(one => one.seconds), { goal: ['<=', 12], unit: ' s', note: note(cold) }),
    row('the same with a checkpoint, after kill -9', warm.map(one => one.seconds), { goal: ['<=', 3], unit: ' s', note: `${note(warm)}; a checkpoint of ${(bytes / 1e6).toFixed(0)} MB` }),
    row('a request while the journal is read, p99', cold.map(one => one.wait), { unit: ' ms', note: `asked every ${ASK_MS} ms; a wall was told ${median(cold.map(one => one.told))} times how far the reading is` }),
  ];
}
