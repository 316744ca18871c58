// Walls in a real browser: from an event's publication to the DOM changed while a large floor is at work and a thousand other
// walls look on; and what a grid of 300 agents costs the machine that shows it. Nothing is pinned: two processors or more
// carry the daemon, Redis, Chromium and the load.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { root, sleep, startDaemon, startRedis, state, until } from '../integration/lib.mjs';
import { dice, signIn, work } from './floor.mjs';
import { cpuOf, lines, median, program, quick, ROUNDS, row, unmeasured } from './stage.mjs';

const SCREEN = { width: 1920, height: 1080 };
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-features=SpareRendererForSitePerProcess'];

// ---- an event to the pixel ----

const FLOOR = { agents: 5000, teamAgents: 50, rate: 2000 };
const WALLS = 1000, TEAMS_SHOWN = 10; // the walls show a team each, and the site
const PROBES = 60;
const PROBE = '999'; // an agent of the team on the page; nobody but the probes tells of it
const EVERY_MS = { quickest: 100, usual: 250 }; // push_interval_ms

async function openFloor(scene, more = '') {
  const redis = await startRedis(scene);
  const dir = fs.mkdtempSync(path.join(scene.dir, 'b-'));
  fs.mkdirSync(path.join(dir, 'boards'));
  fs.writeFileSync(path.join(dir, 'boards', 'team.json'), JSON.stringify({
    name: 'team', title: { en: 'Team', 'zh-CN': '班组' },
    pages: [{ columns: 12, rows: 12, widgets: [{ type: 'agent_states', x: 0, y: 0, w: 12, h: 2 }, { type: 'agent_grid', team: 't0', x: 0, y: 2, w: 12, h: 10 }] }],
  }));
  const config = path.join(dir, 'shiftwall.yaml');
  fs.writeFileSync(config, `policy: floor\nopen_reads: true\nmax_clients: 20000\nmax_clients_per_address: 20000\nboards_dir: ${dir}/boards\n${more}`);
  const daemon = await startDaemon(scene, { redis, args: ['--config', config] });
  await daemon.live();
  return { redis, daemon, end: async () => (await daemon.process.kill('SIGKILL'), redis.stop()) };
}

async function openPage(browser, url) {
  const context = await browser.newContext({ viewport: SCREEN });
  const page = await context.newPage();
  await page.goto(url);
  await until('agents are drawn', async () => (await page.locator('[data-agent]').count()) > 0, 120_000);
  return page;
}

/** In the page: [state, when] of the probe each time its cell changes. */
function watchProbe(id) {
  globalThis.changes = [];
  const now = () => performance.timeOrigin + performance.now();
  const cell = () => document.querySelector(`[data-agent="${id}"]`)?.dataset.state;
  let last = cell();
  globalThis.watching?.disconnect(); // of the round before
  globalThis.watching = new MutationObserver(() => {
    const at = now(), is = cell();
    if (is !== last) globalThis.changes.push([(last = is), at]);
  });
  globalThis.watching.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] });
}

/** Milliseconds from publishing a change of the probe to the DOM, one after the other at random moments. */
async function probe(redis, page, random) {
  const sent = [];
  await page.evaluate(watchProbe, PROBE);
  for (let i = 0; i < PROBES; i++) {
    const to = i % 2 ? 'ready' : 'busy';
    sent.push([to, performance.timeOrigin + performance.now()]);
    await redis.publish(state(PROBE, to, { team: 't0' }));
    await until('the cell changed', () => page.evaluate(n => globalThis.changes.length >= n, i + 1));
    await sleep(random() * EVERY_MS.usual); // at any point of the interval
  }
  const seen = await page.evaluate(() => globalThis.changes);
  return seen.map(([is, at], i) => {
    if (is !== sent[i][0]) throw new Error('the cell changed to something else');
    return at - sent[i][1];
  });
}

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)];

async function toThePixel(scene, browser, interval) {
  const { redis, daemon, end } = await openFloor(scene, `push_interval_ms: ${interval}\n`);
  await signIn(redis, FLOOR);
  await redis.publish(state(PROBE, 'ready', { team: 't0' }));
  const loads = Array.from({ length: TEAMS_SHOWN }, (_, i) =>
    lines(scene, [program('wsload'), String(daemon.port), String(WALLS / TEAMS_SHOWN), '/ws', JSON.stringify({ op: 'subscribe', site: 'main', views: ['site', `agents/t${i}`] }), 'deflate']));
  for (const load of loads) await load.line();
  const rest = work(redis, FLOOR);
  const page = await openPage(browser, `${daemon.url}/wall/team?lang=en`);
  await sleep(1000);
  const random = dice(interval), rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await probe(redis, page, random));
  rest();
  await page.context().close();
  for (const load of loads) await load.end('SIGKILL');
  await end();
  return rounds;
}

// ---- a grid of 300 agents ----

const GRID = { agents: 300, changes: 20, everyMs: 4000 };
const SCRIPT = new Set(['FunctionCall', 'EvaluateScript', 'EventDispatch', 'TimerFire', 'FireAnimationFrame', 'RunMicrotasks', 'MajorGC', 'MinorGC']);

/** The process that shows the page, the busiest of those for pages while it draws. */
async function rendererOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const pids = processInfo.filter(one => one.type === 'renderer').map(one => one.id), before = pids.map(mainOf);
  await sleep(1000);
  const used = pids.map((pid, i) => mainOf(pid) - before[i]);
  return pids[used.indexOf(Math.max(...used))];
}

/** Processor time of a page's main thread, which runs scripts and lays out, in ms. */
const mainOf = pid => Number(fs.readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

/** Of a trace: the most script in one frame, in ms of the page's main thread; what came since the frame before counts. */
function mostScript(trace) {
  const events = trace.traceEvents.filter(e => e.ph === 'X' || e.name === 'BeginMainThreadFrame' || e.name === 'Commit').sort((a, b) => a.ts - b.ts);
  const count = new Map();
  for (const e of events) if (e.name === 'FunctionCall') count.set(`${e.pid}/${e.tid}`, (count.get(`${e.pid}/${e.tid}`) ?? 0) + 1);
  const main = [...count].sort((a, b) => b[1] - a[1])[0]?.[0];
  let most = 0, sum = 0, end = 0, frames = 0;
  for (const e of events.filter(one => `${one.pid}/${one.tid}` === main)) {
    if (e.name === 'Commit') {
      frames++;
      most = Math.max(most, sum);
      sum = 0;
    }
    if (!SCRIPT.has(e.name) || e.ts < end) continue; // what runs inside of another is part of it
    sum += (e.tdur ?? e.dur) / 1000;
    end = e.ts + e.dur;
  }
  return { most, frames };
}

async function gridOf300(scene, browser) {
  const { redis, daemon, end } = await openFloor(scene);
  await signIn(redis, { agents: GRID.agents, teamAgents: 30 });
  const page = await openPage(browser, `${daemon.url}/wall/agents?lang=en&every=3600`);
  await until('all agents are drawn', async () => (await page.locator('[data-agent]').count()) === GRID.agents, 60_000);
  const random = dice(3), states = ['ready', 'talking', 'wrapup', 'busy'];
  const timer = setInterval(() => {
    const agent = Math.floor(random() * GRID.agents);
    redis.publish(state(String(1000 + agent), states[Math.floor(random() * 4)], { team: `t${Math.floor(agent / 30)}` })).catch(() => {});
  }, 1000 / GRID.changes);
  await sleep(2000);
  const renderer = await rendererOf(browser);
  const mains = [], wholes = [], most = [];
  for (let round = 0; round < ROUNDS; round++) {
    const used = [mainOf(renderer), cpuOf(renderer)], began = performance.now();
    await sleep(GRID.everyMs);
    const elapsed = performance.now() - began;
    mains.push((100 * (mainOf(renderer) - used[0])) / elapsed);
    wholes.push((100 * (cpuOf(renderer) - used[1])) / elapsed);
    await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'] });
    await sleep(GRID.everyMs / 2);
    const trace = JSON.parse(String(await browser.stopTracing()));
    if (process.env.KEEP_TRACE) fs.writeFileSync(process.env.KEEP_TRACE, JSON.stringify(trace));
    const seen = mostScript(trace);
    if (!seen.frames || !seen.most) throw new Error('the trace has no frames');
    most.push(seen.most);
  }
  clearInterval(timer);
  await page.context().close();
  await end();
  return { mains, wholes, most };
}

export async function measure(scene) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const modules = path.join(root, 'web/node_modules/playwright-core');
  if (!fs.existsSync(executablePath) || !fs.existsSync(modules)) return [unmeasured('walls in a browser', '', 'Chromium or playwright-core is not there: make test-deps')];
  const { chromium } = createRequire(path.join(root, 'web/package.json'))('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ARGS });
  scene.onEnd(() => browser.close());
  const rows = [];
  for (const [name, interval] of Object.entries(EVERY_MS)) {
    const rounds = await toThePixel(scene, browser, interval);
    const goal = name === 'quickest';
    const p = share => rounds.map(one => percentile(one, share));
    const where = `an event to the pixel, push_interval_ms ${interval}`;
    rows.push(row(`${where}: p50`, p(0.5), { unit: ' ms', ...(goal ? { goal: ['<=', 60] } : {}), note: `${FLOOR.rate} events/s, ${WALLS} other walls; a view that always changes waits for half an interval on average` }));
    rows.push(row(`${where}: p99`, p(0.99), { unit: ' ms', ...(goal ? { goal: ['<=', 150] } : {}), note: `${PROBES} events a round` }));
  }
  const grid = await gridOf300(scene, browser);
  rows.push(row(`grid of ${GRID.agents} agents, ${GRID.changes} changes/s: the page's main thread, of a core`, grid.mains, { goal: ['<=', 5], unit: ' %', note: `script, style, layout and paint; all threads of the page, which draw in software here, ${median(grid.wholes).toFixed(1)} %` }));
  rows.push(row(`grid of ${GRID.agents} agents: script in one frame, the most`, grid.most, { goal: ['<=', 16], unit: ' ms', note: 'processor time of the main thread, garbage collection included' }));
  return rows;
}
