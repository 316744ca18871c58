// How long a start takes until the figures are live, with 5 million events of the day in the journal: without a checkpoint,
// and with one after kill -9. A whole daemon and Redis. EVENTS says how many.
import fs from 'node:fs';
import path from 'node:path';
import { Scene, call, equal, startDaemon, startRedis, unique, until } from '../integration/lib.mjs';

const EVENTS = Number(process.env.EVENTS ?? 5_000_000);
const AGENTS = 10_000;
const QUEUES = 40;
const PER_CALL = 8;
const CALLS_OF_BATCH = 25; // one message of a producer: 200 events
const PIPELINE = 64; // messages on their way
const SINCE = 5_000; // events after the checkpoint
const HOURS = 5; // a call of which nothing is heard for six is given up, and the journal is filled at once

const calls = Math.floor(EVENTS / PER_CALL);
const end = Date.now();
const start = end - HOURS * 3600_000;

// The events of call N as JSON, with ids as producers that may repeat themselves give them.
function eventsOf(n, at) {
  const agent = `"agent":"${10_000 + ((n * 7) % AGENTS)}","team":"team-${(n * 7) % 100}"`;
  const queue = `"queue":"queue-${n % QUEUES}"`;
  const one = (k, type, after, more) => `{"type":"${type}","ts":${at + after},"id":"${n}.${k}","src":"pbx",${more}}`;
  const of = `"call":"${n}.pbx-1"`;
  return [
    one(0, 'call.queued', 0, `${of},${queue}`),
    one(1, 'call.ringing', 0, `${of},${agent}`),
    one(2, 'agent.state', 0, `${agent},"state":"ringing"`),
    one(3, 'call.answered', 10, `${of},${agent}`),
    one(4, 'agent.state', 10, `${agent},"state":"talking"`),
    one(5, 'call.ended', 40, `${of},${agent}`),
    one(6, 'agent.state', 40, `${agent},"state":"wrapup"`),
    one(7, 'agent.state', 50, `${agent},"state":"${n % 7 ? 'ready' : 'break'}"`),
  ];
}

async function fill(redis, from, to, step) {
  const inFlight = [];
  for (let n = from; n < to; n += CALLS_OF_BATCH) {
    const events = [];
    for (let i = n; i < Math.min(n + CALLS_OF_BATCH, to); i++) events.push(...eventsOf(i, Math.floor(start + i * step)));
    inFlight.push(redis.emit(`[${events.join(',')}]`));
    if (inFlight.length >= PIPELINE) await inFlight.shift();
  }
  await Promise.all(inFlight);
}

const scene = new Scene('restart');
try {
  const redis = await startRedis(scene);
  await redis.loadFunction();
  const step = (HOURS * 3600_000) / (calls + SINCE);
  await fill(redis, 0, calls, step);
  const daemon = await startDaemon(scene, { redis, ready: false, args: ['--data', path.join(scene.dir, 'data'), '--checkpoint', '5'] });
  // from the start of the process until it says that its figures are live
  const live = async () => {
    const began = performance.now();
    daemon.url = await until('it listens', () => /ready (http:\S+)\/$/m.exec(daemon.process.out)?.[1], 600_000);
    await until('it is live', async () => (await daemon.get('/readyz')).status === 200, 600_000);
    return performance.now() - began;
  };
  const replayed = () => daemon.metric('shiftwall_start_replayed_events');
  const cpu = async () => 1000 * (await daemon.metric('process_cpu_seconds_total')); // what other work on the machine does not change
  const applied = () => daemon.metric('shiftwall_events_applied_total');
  const rows = [];
  rows.push(['without a checkpoint', await live(), await cpu(), await replayed()]);
  const before = await applied();
  equal(before, calls * PER_CALL, 'events applied');
  const written = () => daemon.metric('shiftwall_checkpoints_total{site="main",result="written"}');
  await until('a checkpoint', async () => (await written()) >= 1, 60_000);
  const bytes = await daemon.metric('shiftwall_checkpoint_bytes');
  const longest = await daemon.metric('shiftwall_checkpoint_step_max_seconds');
  await fill(redis, calls, calls + SINCE / PER_CALL, step);
  await redis.emit(call('queued', unique(), { queue: 'queue-0' }));
  await until('all of it', async () => (await applied()) === before + SINCE + 1, 60_000);
  for (let i = 0; i < 3; i++) {
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    rows.push([`with a checkpoint, ${i + 1}`, await live(), await cpu(), await replayed()]);
    equal(await applied(), before + SINCE + 1, 'events after the restart');
  }
  console.log(`${calls * PER_CALL} events of ${AGENTS} agents`);
  console.log(`checkpoint of ${(bytes / 1e6).toFixed(1)} MB, its longest step on the loop ${(longest * 1000).toFixed(1)} ms`);
  console.log(`${'start'.padEnd(26)}${'ms until live'.padStart(14)}${'ms of CPU'.padStart(14)}${'events read'.padStart(14)}`);
  for (const [name, ...figures] of rows) console.log(name.padEnd(26) + figures.map(n => n.toFixed(0).padStart(14)).join(''));
  fs.rmSync(path.join(scene.dir, 'data'), { recursive: true });
} finally {
  await scene.end();
}
