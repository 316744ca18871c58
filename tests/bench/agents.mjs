// What agents cost when nothing is asked of them: memory over simulated days, and a daemon in which nothing happens.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sleep, startDaemon, startRedis, until } from '../integration/lib.mjs';
import { cpuOf, lines, pinned, program, quick, row } from './stage.mjs';

const AGENTS = 5000, DAYS = 3;
const IDLE_MS = quick ? 10_000 : 70_000; // a whole minute and what it brings: rolling windows, a checkpoint

function memory() {
  const [command, ...args] = pinned(1, program('day'), AGENTS, DAYS);
  const done = spawnSync(command, args.map(String), { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`day: ${done.stderr}`);
  const { fixed, day, events, hours } = JSON.parse(done.stdout);
  const [second, third] = [2, 3].map(n => Math.max(...hours.slice((n - 1) * 24, n * 24)));
  return [
    row('memory of an agent and day', [day], { goal: ['<=', 700], unit: ' B', note: `its figures of eight hours at work; beside that ${Math.round(fixed)} B an agent, rules and the floor's own figures included` }),
    row('heap, most of the third day / second', [third / second], { goal: ['<=', 1.02], note: `${(third / 1e6).toFixed(1)} MB after ${(events / 1e6).toFixed(1)} M events: two days of figures, six hours of ids and calls` }),
  ];
}

async function idle(scene) {
  const redis = await startRedis(scene);
  await redis.loadFunction();
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, 'policy: floor\nopen_reads: true\n');
  const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, 'data')], wrapper: pinned(1) });
  await daemon.live();
  // all are signed in, on a call or between two
  const events = AGENTS * 6;
  const publisher = lines(scene, [program('publisher'), redis.target.path, 'journal', String(AGENTS), '40', String(events), '100', '0']);
  await publisher.line();
  publisher.say('go');
  await publisher.json();
  await until('all of it', async () => (await daemon.metric('shiftwall_events_applied_total')) >= events);
  await sleep(2000);
  const used = cpuOf(daemon.process.child.pid), began = performance.now();
  await sleep(IDLE_MS);
  const share = (100 * (cpuOf(daemon.process.child.pid) - used)) / (performance.now() - began);
  return [row('idle: a core for 5,000 agents signed in', [share], { goal: ['<=', 0.5], unit: ' %', note: `no event and no wall for ${IDLE_MS / 1000} s, checkpoints and history included` })];
}

export async function measure(scene) {
  return [...memory(), ...(await idle(scene))];
}
