// Bytes on the wire for one wall: of a floor of 120 agents at 20 events a second, and of one where nothing happens. Compressed
// as browsers negotiate it, and plain beside it; headers of WebSocket frames included, those of TCP not.
import fs from 'node:fs';
import path from 'node:path';
import { sleep, startDaemon, startRedis } from '../integration/lib.mjs';
import { signIn, work } from './floor.mjs';
import { lines, median, program, quick, ROUNDS, row } from './stage.mjs';

const FLOOR = { agents: 120, teamAgents: 30, rate: 20 };
const WALLS = 20, KIB = 1024;
const GROW_MS = quick ? 5000 : 10_000; // figures with as many digits as they have during a day
const WINDOW_MS = 5000;
const QUIET_MS = quick ? 10_000 : 65_000; // a minute's end is in it, and three pings
const SETTLE_MS = 2000;

// What the built-in boards subscribe to (web/src/wire/board.ts).
const BOARDS = { agents: ['site', 'teams', 'agents'], overview: ['site', 'intervals', 'queues'], floor: ['site', 'strip'] };

function walls(scene, daemon, views, words) {
  const subscribe = JSON.stringify({ op: 'subscribe', site: 'main', views });
  return lines(scene, [program('wsload'), String(daemon.port), String(WALLS), '/ws', subscribe, ...words]);
}

/** What each of LOADS gets in MS, all at once: [as wsload counts it, in seconds]. */
async function during(ms, loads) {
  const began = performance.now();
  for (const load of loads) load.say('begin');
  await sleep(ms);
  for (const load of loads) load.say('end');
  const seconds = (performance.now() - began) / 1000;
  return Promise.all(loads.map(async load => ({ ...(await load.json()), seconds })));
}

const perSecond = seen => seen.bytes / WALLS / seen.seconds / KIB;

export async function measure(scene) {
  const redis = await startRedis(scene);
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, 'policy: floor\nopen_reads: true\n');
  const daemon = await startDaemon(scene, { redis, args: ['--config', config] });
  await daemon.live();
  await signIn(redis, FLOOR);
  const rest = work(redis, FLOOR);
  await sleep(GROW_MS);
  const kinds = [['agents'], ...Object.values(BOARDS)].flatMap(views => [[views, ['deflate']], [views, []]]);
  const loads = kinds.map(([views, words]) => walls(scene, daemon, views, words));
  for (const load of loads) await load.line();
  await sleep(SETTLE_MS);
  const seen = kinds.map(() => []);
  for (let round = 0; round < ROUNDS; round++) (await during(WINDOW_MS, loads)).forEach((one, i) => seen[i].push(one));
  rest();
  await sleep(SETTLE_MS);
  const quiet = await during(QUIET_MS, loads);
  const broken = [...seen.flat(), ...quiet].reduce((sum, one) => sum + one.gaps + one.lost + one.broken, 0);
  if (broken) throw new Error(`${broken} gaps, walls lost or frames that do not inflate`);

  const rows = [], figures = i => seen[i].map(perSecond), plain = i => `${median(figures(i)).toFixed(1)} KB/s uncompressed`;
  rows.push(row(`bytes, the view of ${FLOOR.agents} agents at ${FLOOR.rate} events/s`, figures(0), { goal: ['<=', 1.5], unit: ' KB/s', note: `compressed; ${plain(1)}` }));
  Object.entries(BOARDS).forEach(([name, views], i) =>
    rows.push(row(`bytes, the whole board ${name}`, figures(2 + 2 * i), { unit: ' KB/s', note: `compressed; ${plain(3 + 2 * i)}; views ${views.join(', ')}, each up to 4 times a second` })));
  const frames = quiet.map(one => one.frames / WALLS), kept = quiet.map(one => (one.bytes - 2 * one.pings) / WALLS / one.seconds);
  rows.push(row('frames to a wall of an idle floor', [Math.max(...frames)], { goal: ['<=', 0], note: `in ${Math.round(quiet[0].seconds)} s; pings ${(1000 * Math.max(...quiet.map(one => one.pings / WALLS / one.seconds))).toFixed(0)} per 1000 s, other bytes ${Math.max(...kept).toFixed(1)}/s` }));
  return rows;
}
