// Ingest, the whole path: events by Redis into a daemon with 500 walls, against a subscriber that looks at nothing; and the
// replay of a file. Redis and the publisher have one processor, the subscriber the other, as in a floor's own machine.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sleep, startDaemon, startRedis, toolPath } from '../integration/lib.mjs';
import { cpuOf, lines, median, pin, pinned, program, quick, ROUNDS, row } from './stage.mjs';

const AGENTS = 5000, QUEUES = 40, WALLS = 500;
const EVENTS = { plain: quick ? 300_000 : 1_000_000, journal: quick ? 60_000 : 200_000 };
const REPLAYED = quick ? 300_000 : 1_000_000;
const POLL_MS = 10, PATIENCE_MS = 120_000;

let calls = 0; // of all streams: a call's events have ids of their own

/** From the publisher's first event until GOT has all of them: [ms, its last line]. */
async function stream(scene, socket, way, events, got) {
  const args = [socket, way, AGENTS, QUEUES, events, 1, calls].map(String);
  calls += Math.ceil(events / 6);
  const publisher = lines(scene, pinned(0, program('publisher'), ...args));
  await publisher.line();
  const began = performance.now();
  publisher.say('go');
  const all = got();
  await publisher.json();
  await all;
  return performance.now() - began;
}

/** Events a ms, and CPU in us an event. */
async function nothing(scene, socket, way, events) {
  const subscriber = lines(scene, pinned(1, program('nullsub'), socket, String(events), '1'));
  await subscriber.line();
  let cpu;
  const ms = await stream(scene, socket, way, events, async () => (cpu = (await subscriber.json()).cpu_ms));
  return { rate: events / ms, cpu: (1000 * cpu) / events };
}

async function daemonRate(scene, { redis, daemon }, way, events) {
  const pids = [daemon.process.child.pid, redis.process.child.pid];
  const applied = () => daemon.metric('shiftwall_events_applied_total');
  const target = (await applied()) + events;
  const used = pids.map(cpuOf);
  const ms = await stream(scene, redis.target.path, way, events, async () => {
    // the page of metrics is work of the daemon's, too: asked for only when it may be there
    const end = performance.now() + PATIENCE_MS;
    await sleep(events / 1500);
    while ((await applied()) < target) {
      if (performance.now() > end) throw new Error(`${way}: ${await applied()} of ${target} events came`);
      await sleep(POLL_MS);
    }
  });
  const [ours, theirs] = pids.map((pid, i) => cpuOf(pid) - used[i]);
  return { rate: events / ms, share: ours / theirs, cpu: (1000 * ours) / events };
}

function replayRate(file) {
  const [command, ...args] = pinned(1, toolPath, 'replay', file);
  const began = performance.now();
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
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
  const fd = fs.openSync(file, 'w');
  spawnSync(program('publisher'), ['-', 'file', AGENTS, QUEUES, REPLAYED, 1, 0].map(String), { stdio: ['ignore', fd, 'inherit'] });
  fs.closeSync(fd);
  const null_ = { plain: [], journal: [] }, ours = { plain: [], journal: [] }, replays = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ['plain', 'journal']) null_[way].push(await nothing(scene, socket, way, EVENTS[way]));
    // a daemon of its own for each round: what it holds does not grow from round to round
    await redis.client.send('DEL', 'sw:{main}:journal');
    const daemon = await startDaemon(scene, { redis, args: ['--config', config], wrapper: pinned(1) });
    await daemon.live();
    const walls = lines(scene, [program('wsload'), String(daemon.port), String(WALLS), '/ws', '{"op":"subscribe","site":"main","views":["site","queues","alerts"]}']);
    await walls.line();
    for (const way of ['plain', 'journal']) {
      pin(way === 'plain' ? 0 : 1, walls.pid); // walls are other machines: theirs is the time of the processor that has some left
      ours[way].push(await daemonRate(scene, { redis, daemon }, way, EVENTS[way]));
    }
    walls.say('quit');
    await walls.ended;
    await daemon.process.kill('SIGKILL');
    replays.push(replayRate(file));
  }
  const ratios = way => ours[way].map((one, i) => one.rate / null_[way][i].rate);
  const per = list => `${Math.round(median(list.map(one => one.rate ?? one)))} k/s`;
  const us = list => `${median(list.map(one => one.cpu)).toFixed(2)} us`;
  const note = way => `${per(ours[way])} of ${per(null_[way])}; CPU an event ${us(ours[way])} of ${us(null_[way])}`;
  return [
    row('plain ingest, x null subscriber', ratios('plain'), { goal: ['>=', 0.6], note: `${note('plain')}; ${AGENTS} agents, ${QUEUES} queues, ${WALLS} walls` }),
    row('journaled ingest, x null subscriber', ratios('journal'), { goal: ['>=', 0.95], note: note('journal') }),
    row('journaled: daemon CPU / redis-server CPU', ours.journal.map(one => one.share), { goal: ['<=', 0.6] }),
    row('replay of a file, x null subscriber', replays.map((rate, i) => rate / null_.plain[i].rate), {
      goal: ['>=', 0.75],
      note: `${per(replays)}; the goal is 600 where the null subscriber does 800`,
    }),
  ];
}
