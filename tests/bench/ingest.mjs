// Ingest, the whole path: events by Redis into a daemon with 500 walls, against a subscriber that looks at nothing; and the
// replay of a file. Redis and the publisher have one processor, the subscriber the other, as in a floor's own machine.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startDaemon, startRedis, toolPath, until } from '../integration/lib.mjs';
import { cpuOf, lines, median, pin, pinned, program, quick, ROUNDS, row } from './stage.mjs';

const AGENTS = 5000, QUEUES = 40, WALLS = 500;
const EVENTS = { plain: quick ? 200_000 : 600_000, journal: quick ? 60_000 : 200_000 };
const REPLAYED = quick ? 200_000 : 600_000;

let calls = 0; // of all streams: a call's events have ids of their own

const publish = (scene, socket, way, events) => {
  const args = [socket, way, AGENTS, QUEUES, events, 1, calls].map(String);
  calls += Math.ceil(events / 6);
  return lines(scene, pinned(0, program('publisher'), ...args));
};

async function nothing(scene, socket, way, events) {
  const subscriber = lines(scene, pinned(1, program('nullsub'), socket, String(events), '1'));
  await subscriber.line();
  const publisher = publish(scene, socket, way, events);
  const { ms } = await subscriber.json();
  await publisher.json();
  return events / ms;
}

async function daemonRate(scene, { redis, daemon }, way, events) {
  const applied = () => daemon.metric('shiftwall_events_applied_total');
  const before = await applied();
  const cpu = () => [cpuOf(daemon.process.child.pid), cpuOf(redis.process.child.pid)];
  const used = cpu(), began = performance.now();
  const publisher = publish(scene, redis.target.path, way, events);
  await until('all of it', async () => (await applied()) >= before + events, 120_000);
  const ms = performance.now() - began;
  await publisher.json();
  const [ours, theirs] = cpu().map((now, i) => now - used[i]);
  return { rate: events / ms, ours, theirs };
}

function replayRate(file) {
  const began = performance.now();
  const done = spawnSync(pinned(1, toolPath)[0], [...pinned(1, toolPath).slice(1), 'replay', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`replay: ${done.stderr}`);
  return REPLAYED / (performance.now() - began);
}

export async function measure(scene) {
  const redis = await startRedis(scene, { args: ['--client-output-buffer-limit', 'pubsub 0 0 0'] });
  pin(0, redis.process.child.pid);
  const socket = redis.target.path;
  await redis.loadFunction();
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, 'policy: floor\nopen_reads: true\n');
  const file = path.join(scene.dir, 'day.jsonl');
  fs.writeFileSync(file, spawnSync(program('publisher'), ['-', 'file', AGENTS, QUEUES, REPLAYED, 1, 0].map(String), { maxBuffer: 1 << 28 }).stdout);
  const rates = { plain: [], journal: [], replay: [] }, of = { plain: [], journal: [], replay: [], share: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ['plain', 'journal']) rates[way].push(await nothing(scene, socket, way, EVENTS[way]));
    // a daemon of its own for each round: what it holds does not grow from round to round
    await redis.client.send('DEL', 'sw:{main}:journal');
    const daemon = await startDaemon(scene, { redis, args: ['--config', config], wrapper: pinned(1) });
    await daemon.live();
    const walls = lines(scene, pinned(0, program('wsload'), String(daemon.port), String(WALLS), '/ws', '{"op":"subscribe","site":"main","views":["site","queues","alerts"]}'));
    await walls.line();
    for (const way of ['plain', 'journal']) {
      const { rate, ours, theirs } = await daemonRate(scene, { redis, daemon }, way, EVENTS[way]);
      of[way].push(rate / rates[way][round]);
      if (way === 'journal') of.share.push(ours / theirs);
    }
    walls.say('quit');
    await daemon.process.kill('SIGKILL');
    const replayed = replayRate(file);
    rates.replay.push(replayed);
    of.replay.push(replayed / rates.plain[round]);
  }
  const per = numbers => `${Math.round(median(numbers))} k/s`;
  return [
    row('plain ingest, x null subscriber', of.plain, { goal: ['>=', 0.6], note: `null ${per(rates.plain)}; ${AGENTS} agents, ${QUEUES} queues, ${WALLS} walls` }),
    row('journaled ingest, x null subscriber', of.journal, { goal: ['>=', 0.95], note: `null ${per(rates.journal)}` }),
    row('journaled: daemon CPU / redis-server CPU', of.share, { goal: ['<=', 0.6] }),
    row('replay of a file, x null subscriber', of.replay, { goal: ['>=', 0.75], note: `${per(rates.replay)}; the goal is 600 where the null subscriber does 800` }),
  ];
}
