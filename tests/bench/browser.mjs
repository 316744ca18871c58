// The browser's side, in Chromium: from an event's publication to the changed figure in the page, with 1,000 other walls
// and 2,000 events a second; and what a grid of 300 agents at 20 changes a second costs the machine it hangs on.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { call, root, sleep, startDaemon, startRedis, state, until } from '../integration/lib.mjs';
import { lines, median, program, quick, ROUNDS, row, unmeasured } from './stage.mjs';

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-features=SpareRendererForSitePerProcess'];
const VIEW = { width: 1920, height: 1080 };

const OTHERS = 1000, PER_SECOND = 2000, TICK_MS = 10, FLOOR_AGENTS = 5000, QUEUES = 8;
const PROBES = quick ? 20 : 60; // a round
const GRID_AGENTS = 300, GRID_CHANGES = 20, GRID_MS = quick ? 4000 : 10_000;
const TOO_LONG_MS = 16;

async function start(scene, name, config) {
  const redis = await startRedis(scene, { args: ['--client-output-buffer-limit', 'pubsub 0 0 0'] });
  const file = path.join(scene.dir, `${name}.yaml`);
  fs.writeFileSync(file, `policy: floor\nopen_reads: true\nmax_clients_per_address: 20000\n${config}`);
  const daemon = await startDaemon(scene, { redis, args: ['--config', file, '--data', path.join(scene.dir, `${name}-data`)] });
  await daemon.live();
  return { redis, daemon, end: async () => (await daemon.process.kill('SIGKILL'), redis.stop()) };
}

/** PER_SECOND events a second: calls of QUEUES queues and the states of who takes them. */
function busyFloor(redis) {
  let serial = 0, sent = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const batch = [];
    for (; sent < ((performance.now() - began) / 1000) * PER_SECOND; sent++) {
      const id = `f${Math.floor(serial / 5)}`, agent = String(20_000 + (Math.floor(serial / 5) % FLOOR_AGENTS)), queue = `queue-${Math.floor(serial / 5) % QUEUES}`;
      batch.push([() => call('queued', id, { queue }), () => call('answered', id, { queue, agent }), () => state(agent, 'talking', { queue, team: `team-${agent % 50}` }),
        () => call('ended', id, { queue, agent }), () => state(agent, 'ready')][serial++ % 5]());
    }
    for (let at = 0; at < batch.length; at += 100) redis.publish(JSON.stringify(batch.slice(at, at + 100))).catch(() => {});
  }, TICK_MS);
  return { end: () => clearInterval(timer), rate: () => (sent * 1000) / (performance.now() - began) };
}

/** The page notes when the probe's row of the queue table first shows each number of calls offered. */
function watchProbe() {
  globalThis.shownAt = {};
  const look = () => {
    const text = document.querySelector('[data-queue="a-probe"] [data-figure="offered"] .value')?.textContent.trim().replaceAll(',', '');
    if (text && !(text in globalThis.shownAt)) globalThis.shownAt[text] = performance.timeOrigin + performance.now();
  };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
  look();
}

const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

/** Milliseconds from publication to the page, rounds of PROBES. */
async function toThePixel(scene, browser, intervalMs) {
  const server = await start(scene, `pixel-${intervalMs}`, `push_interval_ms: ${intervalMs}\n`);
  const { redis, daemon } = server;
  await redis.publish(call('queued', 'probe-0', { queue: 'a-probe' }));
  const floor = busyFloor(redis);
  await sleep(500);
  const others = lines(scene, [program('wsload'), String(daemon.port), String(OTHERS), '/ws', '{"op":"subscribe","site":"main","views":["site","queues","alerts"]}', 'deflate']);
  await others.line();
  const page = await browser.newPage({ viewport: VIEW });
  await page.goto(`${daemon.url}/wall/queues?lang=en&every=600`);
  await page.locator('[data-queue="a-probe"]').waitFor();
  await page.evaluate(watchProbe);
  const p50 = [], p99 = [];
  let offered = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const sentAt = new Map();
    for (let i = 0; i < PROBES; i++) {
      sentAt.set(++offered, performance.timeOrigin + performance.now());
      await redis.publish(call('queued', `probe-${offered}`, { queue: 'a-probe' }));
      await until('it is shown', () => page.evaluate(n => n in globalThis.shownAt, String(offered)));
      await sleep(20 + Math.random() * 150); // not in step with the push interval
    }
    const shownAt = await page.evaluate(() => globalThis.shownAt);
    const times = [...sentAt].map(([n, at]) => shownAt[n] - at);
    p50.push(quantile(times, 0.5));
    p99.push(quantile(times, 0.99));
  }
  const rate = floor.rate();
  floor.end();
  await page.close();
  await others.end('SIGKILL');
  await server.end();
  return { p50, p99, rate };
}

const rendererOf = async session => (await session.send('SystemInfo.getProcessInfo')).processInfo.filter(one => one.type === 'renderer').map(one => one.id);

function processorMs(pids) {
  let ns = 0;
  for (const pid of pids)
    for (const task of fs.readdirSync(`/proc/${pid}/task`)) ns += Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1e6;
}

/** The longest script of a trace by its processor time, in ms, and how many were over TOO_LONG_MS. */
function scriptsOf(events) {
  const names = new Set(['FunctionCall', 'FireAnimationFrame', 'EvaluateScript', 'RunMicrotasks', 'TimerFire', 'EventDispatch', 'v8.callFunction']);
  const times = events.filter(e => e.ph === 'X' && names.has(e.name)).map(e => (e.tdur ?? e.dur) / 1000);
  return { longest: Math.max(0, ...times), over: times.filter(ms => ms > TOO_LONG_MS).length };
}

async function grid(scene, browser) {
  const server = await start(scene, 'grid', '');
  const { redis, daemon } = server;
  const names = ['ready', 'talking', 'wrapup', 'busy', 'meal'], now = new Array(GRID_AGENTS).fill(0);
  const put = i => state(String(1000 + i), names[now[i]], { team: `team-${i % 10}`, name: `Agent ${i}` });
  await redis.publish(JSON.stringify(now.map((_, i) => put(i)).slice(0, 150)));
  await redis.publish(JSON.stringify(now.map((_, i) => put(i)).slice(150)));
  let sent = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - began) / 1000) * GRID_CHANGES; sent++) {
      const i = Math.floor(Math.random() * GRID_AGENTS);
      now[i] = (now[i] + 1 + Math.floor(Math.random() * (names.length - 1))) % names.length;
      redis.publish(put(i)).catch(() => {});
    }
  }, 10);
  const page = await browser.newPage({ viewport: VIEW });
  await page.goto(`${daemon.url}/wall/agents?lang=en&every=600`);
  await until('300 cells', async () => (await page.locator('[data-widget="agent_grid"] [data-agent]').count()) === GRID_AGENTS);
  await sleep(3000);
  const session = await page.context().newCDPSession(page), whole = await browser.newBrowserCDPSession();
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(m => [m.name, m.value]));
  const pids = await rendererOf(whole);
  const main = [], all = [], longest = [], over = [], parts = { ScriptDuration: [], RecalcStyleDuration: [], LayoutDuration: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const before = await metrics(), used = processorMs(pids);
    await sleep(GRID_MS);
    const after = await metrics();
    main.push(((after.TaskDuration - before.TaskDuration) * 1e5) / GRID_MS);
    for (const name of Object.keys(parts)) parts[name].push(((after[name] - before[name]) * 1e5) / GRID_MS);
    all.push(((processorMs(pids) - used) * 100) / GRID_MS);
    await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', 'toplevel', 'disabled-by-default-devtools.timeline'] });
    await sleep(GRID_MS / 2);
    const { traceEvents } = JSON.parse(await browser.stopTracing());
    const scripts = scriptsOf(traceEvents);
    longest.push(scripts.longest);
    over.push(scripts.over);
  }
  clearInterval(timer);
  await page.close();
  await server.end();
  return { main, all, longest, over, parts };
}

export async function measure(scene) {
  const web = path.join(root, 'web/dist/index.html');
  if (!fs.existsSync(chromiumPath) || !fs.existsSync(web)) return [unmeasured('event to the pixel, grid of agents', '', `${fs.existsSync(web) ? chromiumPath : 'web/dist'} is not there`)];
  const { chromium } = createRequire(path.join(root, 'web/package.json'))('playwright-core');
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ARGS });
  scene.onEnd(() => browser.close());
  const quickest = await toThePixel(scene, browser, 100), usual = await toThePixel(scene, browser, 250);
  const cells = await grid(scene, browser);
  const load = `${OTHERS} other walls, ${Math.round(quickest.rate)} events/s`;
  return [
    row('event to the pixel, p50, push_interval_ms: 100', quickest.p50, { goal: ['<=', 60], unit: ' ms', note: load }),
    row('event to the pixel, p99, push_interval_ms: 100', quickest.p99, { goal: ['<=', 150], unit: ' ms', note: 'a view that never rests goes out once per interval: an event waits half of one on average' }),
    row('event to the pixel, p50, as delivered (250)', usual.p50, { unit: ' ms', note: `p99 ${median(usual.p99).toFixed(0)} ms` }),
    row('grid of 300 agents, 20 changes/s: page thread', cells.main, { goal: ['<=', 5], unit: ' %', note: `of a processor of this machine: script ${median(cells.parts.ScriptDuration).toFixed(1)}, style ${median(cells.parts.RecalcStyleDuration).toFixed(1)}, layout ${median(cells.parts.LayoutDuration).toFixed(1)}, the rest painting` }),
    row('the same: whole renderer process', cells.all, { unit: ' %', note: 'with compositor and raster threads, which have no GPU here' }),
    row('grid: longest script', cells.longest, { goal: ['<=', TOO_LONG_MS], unit: ' ms', note: `processor time; ${cells.over.reduce((a, b) => a + b, 0)} over ${TOO_LONG_MS} ms in all rounds` }),
  ];
}
