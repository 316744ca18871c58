// Fan-out: a view's patch of 1.5 KB four times a second to 1,000, 5,000 and 10,000 walls. The daemon, plain and compressed,
// against a loop of epoll and write() that does nothing else, and against peers where they are installed. A server has one
// processor, the walls and who publishes the other. WALLS=1000 measures that many only.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { freePort, root, sleep, startDaemon, startRedis, state, until } from '../integration/lib.mjs';
import { lines, median, pin, pinned, program, quick, ROUNDS, row, unmeasured } from './stage.mjs';

const SIZES = process.env.WALLS ? process.env.WALLS.split(',').map(Number) : quick ? [1000] : [1000, 5000, 10_000];
const BYTES = 1500, EVERY_MS = 250, WINDOW_MS = 2000, SETTLE_MS = 500;
const AGENTS = 120, CHANGING = 5; // what makes a patch of about 1.5 KB
const SUBSCRIBE = '{"op":"subscribe","site":"main","views":["agents"]}';
const OWN_FILES = 200; // descriptors that are no wall's

/** Processor time of a process until now in ms; finer than /proc/PID/stat. */
export function cpuOf(pid) {
  let ns = 0;
  for (const task of fs.readdirSync(`/proc/${pid}/task`)) ns += Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1e6;
}

const filesAllowed = () => Number(/Max open files\s+(\d+)/.exec(fs.readFileSync('/proc/self/limits', 'utf8'))[1]);

/** A patch of a view of SIZE bytes, as rawcast sends it. */
function frameOf(size, number) {
  const head = `{"op":"view","view":"agents","ver":"n-${number}","at":${Date.now()},"base":"n-${number - 1}","patch":{"pad":"`;
  return head + 'abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(size / 26)).slice(0, Math.max(0, size - head.length - 3)) + '"}}';
}

// ---- the servers: { port, path, subscribe, pids, end } ----

async function raw(scene) {
  const server = lines(scene, pinned(0, program('rawcast'), String(BYTES), String(EVERY_MS)));
  return { port: Number(await server.line()), path: '/', subscribe: '', pids: [server.pid], end: () => server.end() };
}

async function node(scene, way) {
  const server = lines(scene, pinned(0, process.execPath, path.join(root, 'tests/bench/peer_ws.mjs'), String(BYTES), String(EVERY_MS), way));
  return { port: Number(await server.line()), path: '/', subscribe: '', pids: [server.pid], end: () => server.end() };
}

const NCHAN_MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(file => fs.existsSync(file));

async function nchan(scene, way) {
  const port = await freePort(), dir = fs.mkdtempSync(path.join(scene.dir, 'nginx-'));
  const deflate = way === 'deflate' ? 'nchan_deflate_message_for_websocket on;' : '';
  const config = `load_module ${NCHAN_MODULE};\ndaemon off; master_process off; worker_processes 1; worker_rlimit_nofile ${filesAllowed()}; error_log stderr crit; pid ${dir}/pid;
events { worker_connections ${filesAllowed() - 10}; }
http { access_log off; client_body_temp_path ${dir}/a; proxy_temp_path ${dir}/b; fastcgi_temp_path ${dir}/c; uwsgi_temp_path ${dir}/d; scgi_temp_path ${dir}/e;
 server { listen 127.0.0.1:${port} backlog=4096;
  location /sub { nchan_subscriber websocket; nchan_channel_id all; nchan_subscriber_first_message newest; }
  location /pub { nchan_publisher http; nchan_channel_id all; nchan_message_buffer_length 1; ${deflate} } } }\n`;
  fs.writeFileSync(path.join(dir, 'nginx.conf'), config);
  const server = lines(scene, pinned(0, nginx, '-p', dir, '-e', 'stderr', '-c', path.join(dir, 'nginx.conf')));
  const agent = new http.Agent({ keepAlive: true });
  let number = 0;
  const publish = () =>
    new Promise((done, fail) => {
      const request = http.request({ port, host: '127.0.0.1', path: '/pub', method: 'POST', agent }, response => response.resume().on('end', done));
      request.on('error', fail);
      request.end(frameOf(BYTES, ++number));
    });
  await until('nginx answers', () => publish().then(() => true));
  const timer = setInterval(() => publish().catch(() => {}), EVERY_MS);
  return { port, path: '/sub', subscribe: '', pids: [server.pid], end: async () => (clearInterval(timer), agent.destroy(), server.end('SIGKILL')) };
}

/** A daemon on a Redis of its own, and what changes its floor four times a second. */
export async function daemonServer(scene, { listen, config: more = '' } = {}) {
  const redis = await startRedis(scene);
  pin(1, redis.process.child.pid);
  const config = path.join(scene.dir, `shiftwall-${path.basename(fs.mkdtempSync(path.join(scene.dir, 'c-')))}.yaml`);
  fs.writeFileSync(config, `policy: floor\nopen_reads: true\nmax_clients: 20000\nmax_clients_per_address: 20000\npush_interval_ms: 100\n${more}`);
  const daemon = await startDaemon(scene, { redis, args: ['--config', config], wrapper: pinned(0), ...(listen ? { listen } : {}) });
  await daemon.live();
  const states = ['ready', 'talking', 'wrapup', 'busy', 'meal'], now = new Array(AGENTS).fill(0);
  const dice = sides => Math.floor(Math.random() * sides);
  const change = agents => {
    const batch = agents.map(i => {
      now[i] = (now[i] + 1 + dice(states.length - 1)) % states.length; // another one
      return { ...state(String(1000 + i), states[now[i]], { team: `t${i % 4}` }), ts: Date.now() - dice(EVERY_MS) };
    });
    return redis.publish(JSON.stringify(batch.sort((a, b) => a.ts - b.ts)));
  };
  await change(now.map((_, i) => i));
  const some = () => [...new Set(Array.from({ length: CHANGING }, () => dice(AGENTS)))];
  const timer = setInterval(() => change(some()).catch(() => {}), EVERY_MS);
  const end = async () => {
    clearInterval(timer);
    await daemon.process.kill('SIGKILL');
    await redis.stop();
  };
  return { port: daemon.port, path: '/ws', subscribe: SUBSCRIBE, pids: [daemon.process.child.pid], daemon, redis, end };
}

// ---- one measurement ----

export const wallsOf = (scene, server, count, words = []) =>
  lines(scene, pinned(1, program('wsload'), String(server.port), String(count), server.path, server.subscribe, ...words));

async function measureOne(scene, make, count, way) {
  const server = await make(scene, way);
  const walls = wallsOf(scene, server, count, way === 'deflate' ? ['deflate'] : []);
  await walls.line();
  await sleep(SETTLE_MS);
  const cpu = server.pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
  walls.say('begin');
  await sleep(WINDOW_MS);
  walls.say('end');
  const seen = await walls.json();
  const used = server.pids.reduce((sum, pid) => sum + cpuOf(pid), 0) - cpu;
  await walls.end('SIGKILL');
  await server.end();
  if (process.env.VERBOSE) process.stderr.write(`${make.name} ${way} ${count}: ${((1000 * used) / seen.frames).toFixed(2)} us/frame ${JSON.stringify(seen)}\n`);
  return { us: (1000 * used) / seen.frames, ...seen, each: seen.bytes / seen.frames };
}

/** Ten thousand walls lose their daemon (kill -9), and another comes up at the same port while the floor goes on. */
async function restart(scene, count) {
  const server = await daemonServer(scene, { listen: `127.0.0.1:${await freePort()}` });
  const walls = wallsOf(scene, server, count, ['reconnect']);
  const seconds = [];
  await walls.line();
  for (let round = 0; round < ROUNDS; round++) {
    await server.daemon.process.kill('SIGKILL');
    await server.daemon.start();
    const began = performance.now();
    await walls.line();
    seconds.push((performance.now() - began) / 1000);
    await sleep(500);
  }
  await walls.end('SIGKILL');
  await server.end();
  return seconds;
}

const BESIDE = ['node ws', 'nchan, compressed']; // in the notes only: once
const hasNode = () => fs.existsSync(path.join(root, 'web/node_modules/ws'));

export async function measure(scene) {
  const rows = [], of = (list, key) => list.map(one => one[key]);
  const ratio = (list, key, base) => list.map((one, i) => one[key] / base[i][key]);
  const kinds = { raw: [raw, 'plain'], ours: [daemonServer, 'plain'], 'ours, compressed': [daemonServer, 'deflate'] };
  if (nginx && fs.existsSync(NCHAN_MODULE)) Object.assign(kinds, { nchan: [nchan, 'plain'], 'nchan, compressed': [nchan, 'deflate'] });
  else rows.push(unmeasured('fan-out of nchan', '', 'nginx with libnginx-mod-nchan is not installed'));
  if (hasNode()) kinds['node ws'] = [node, 'plain'];
  else rows.push(unmeasured('fan-out of Node ws', '', 'web/node_modules is not there'));
  for (const count of SIZES) {
    if (filesAllowed() < count + OWN_FILES) {
      rows.push(unmeasured(`fan-out, ${count} walls`, '', `only ${filesAllowed()} open files are allowed`));
      continue;
    }
    const seen = Object.fromEntries(Object.keys(kinds).map(name => [name, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, [make, way]] of Object.entries(kinds))
        if (!round || !BESIDE.includes(name)) seen[name].push(await measureOne(scene, make, count, way));
    const us = name => `${median(of(seen[name], 'us')).toFixed(1)} us`;
    const ms = name => `${median(of(seen[name], 'p99_ms')).toFixed(0)} ms`;
    const peers = Object.keys(kinds).filter(name => name.startsWith('n') && !name.includes(',')).map(name => `${name} ${us(name)}`).join(', ');
    const what = `${count} walls`;
    rows.push(row(`fan-out, ${what}: CPU a frame, x raw epoll`, ratio(seen.ours, 'us', seen.raw), { goal: ['<=', 1.2], note: `raw ${us('raw')}, ours ${us('ours')}${peers && `, ${peers}`}; ${Math.round(median(of(seen.ours, 'each')))} bytes a frame` }));
    rows.push(row(`fan-out, ${what}: p99 latency, x raw epoll`, ratio(seen.ours, 'p99_ms', seen.raw), { goal: ['<=', 1.3], note: `raw ${ms('raw')}, ours ${ms('ours')}` }));
    if (seen.nchan) rows.push(row(`fan-out, ${what}: CPU a frame, x nchan`, ratio(seen.ours, 'us', seen.nchan), { goal: ['<=', 1], note: `nchan ${us('nchan')}, p99 ${ms('nchan')}` }));
    rows.push(row(`compressed, ${what}: CPU a frame, x uncompressed`, ratio(seen['ours, compressed'], 'us', seen.ours), { goal: ['<=', 1.2], note: `${us('ours, compressed')}${seen.nchan ? `; nchan's ${us('nchan, compressed')}` : ''}` }));
    rows.push(row(`compressed, ${what}: bytes, x uncompressed`, ratio(seen['ours, compressed'], 'each', seen.ours), { goal: ['<=', 0.35], note: `${Math.round(median(of(seen['ours, compressed'], 'each')))} bytes a frame` }));
    const all = [...seen.ours, ...seen['ours, compressed']];
    rows.push(row(`fan-out, ${what}: gaps, walls lost, frames that do not inflate`, all.map(one => one.gaps + one.lost + one.broken), { goal: ['<=', 0] }));
  }
  const most = Math.max(...SIZES);
  if (filesAllowed() >= most + OWN_FILES)
    rows.push(row(`${most} walls back after kill -9, from "ready" on`, await restart(scene, most), { goal: ['<=', 5], unit: ' s', note: 'while the floor goes on; walls come back within a second of their own' }));
  return rows;
}
