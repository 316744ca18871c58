// What the scenarios share: a real Redis, a real daemon, walls, a proxy that misbehaves on demand. Everything runs on
// free loopback ports or unix sockets in a temporary folder and is ended by its own process id.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const build = process.env.BUILD ?? 'build';
export const daemonPath = process.env.SHIFTWALLD ?? path.join(root, build, 'shiftwalld');
export const toolPath = process.env.SHIFTWALL ?? path.join(root, build, 'shiftwall');
/** Whether the daemon is built with a sanitizer, which valgrind and limits of memory do not go together with. */
export const sanitized = () => /__(asan|tsan)_init/.test(fs.readFileSync(daemonPath, 'latin1'));
export const { WebSocket } = createRequire(path.join(root, 'web/package.json'))('ws');

// How many times slower than usual what is tested runs: under sanitizers and valgrind. Every wait is longer by it.
export const SLOW = Number(process.env.SLOW || 1);
const PATIENCE_MS = 30000; // only against hanging for ever: no test asserts how long something took

const REPORT = /^.*(ERROR: [A-Za-z]+Sanitizer|WARNING: ThreadSanitizer|runtime error:|ERROR SUMMARY: [1-9])/m;

export const sleep = ms => new Promise(done => setTimeout(done, ms * SLOW));

export async function until(what, test, patience = PATIENCE_MS) {
  const end = Date.now() + patience * SLOW;
  let last;
  for (;;) {
    try {
      last = await test();
      if (last) return last;
    } catch (error) {
      if (error.fatal) throw error;
      last = error;
    }
    if (Date.now() > end) throw new Error(`never came true: ${what} (last: ${last?.message ?? JSON.stringify(last)})`);
    await sleep(20);
  }
}

export function assert(condition, text) {
  if (!condition) throw new Error(text);
}

export function equal(got, want, text) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) throw new Error(`${text}: got ${a}, want ${b}`);
}

// Everything a scenario started, ended in reverse order.
export class Scene {
  constructor(name) {
    this.name = name;
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'shiftwall-test-'));
    this.ends = [];
  }
  onEnd(fn) {
    this.ends.push(fn);
  }
  // Returns what a sanitizer said of the processes, '' when nothing.
  async end() {
    this.reports = '';
    for (const fn of this.ends.reverse()) await fn();
    fs.rmSync(this.dir, { recursive: true, force: true });
    return this.reports;
  }
}

function run(scene, command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const process_ = { child, out: '', err: '', code: null, signal: null };
  child.stdout.on('data', data => (process_.out += data));
  child.stderr.on('data', data => (process_.err += data));
  process_.ended = new Promise(done =>
    child.on('close', (code, signal) => {
      Object.assign(process_, { code, signal, over: true });
      done();
    }),
  );
  process_.kill = async signal => {
    if (!process_.over) child.kill(signal);
    await process_.ended;
  };
  scene.onEnd(async () => {
    if (SLOW > 1) await Promise.race([process_.kill('SIGTERM'), sleep(10000)]); // leaks are told at an orderly end
    await process_.kill('SIGKILL');
    const at = process_.err.search(REPORT);
    if (at >= 0) scene.reports += `${command}: ${process_.err.slice(at, at + 6000)}\n`;
  });
  return process_;
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const { port } = server.address();
  await new Promise(done => server.close(done));
  return port;
}

// ---- Redis ----

// One connection that speaks RESP2: enough for commands of our own.
export class Redis {
  constructor(target) {
    this.socket = net.connect(target);
    this.buffer = Buffer.alloc(0);
    this.waiting = [];
    this.socket.on('data', data => {
      this.buffer = Buffer.concat([this.buffer, data]);
      for (let reply; (reply = this.#parse(0)); ) {
        this.buffer = this.buffer.subarray(reply.end);
        if (!this.waiting.length) return; // closed meanwhile
        const { resolve, reject } = this.waiting.shift();
        if (reply.value instanceof Error) reject(reply.value);
        else resolve(reply.value);
      }
    });
    const lost = () => this.waiting.splice(0).forEach(({ reject }) => reject(new Error('connection lost')));
    this.socket.on('error', lost).on('close', lost);
  }
  #parse(at) {
    const line = this.buffer.indexOf('\r\n', at);
    if (line < 0) return null;
    const kind = String.fromCharCode(this.buffer[at]);
    const text = this.buffer.toString('utf8', at + 1, line);
    let end = line + 2;
    if (kind === '+') return { value: text, end };
    if (kind === '-') return { value: new Error(text), end };
    if (kind === ':') return { value: Number(text), end };
    const count = Number(text);
    if ((kind !== '$' && kind !== '*') || !Number.isInteger(count)) return { value: new Error(`no Redis answers: ${kind}${text}`), end };
    if (count < 0) return { value: null, end };
    if (kind === '$') {
      if (this.buffer.length < end + count + 2) return null;
      return { value: this.buffer.toString('utf8', end, end + count), end: end + count + 2 };
    }
    const list = [];
    for (let i = 0; i < count; i++) {
      const item = this.#parse(end);
      if (!item) return null;
      list.push(item.value);
      end = item.end;
    }
    return { value: list, end };
  }
  send(...args) {
    const parts = [`*${args.length}\r\n`];
    for (const arg of args) parts.push(`$${Buffer.byteLength(String(arg))}\r\n${arg}\r\n`);
    this.socket.write(parts.join(''));
    const answer = new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    answer.catch(() => {}); // who waits is told; that nobody waits any more is no reason to end all scenarios
    return answer;
  }
  close() {
    this.socket.destroy();
  }
}

export async function startRedis(scene, { args = [], port, persistent = false } = {}) {
  const dir = path.join(scene.dir, 'redis');
  fs.mkdirSync(dir, { recursive: true });
  const target = port ? { port, host: '127.0.0.1' } : { path: path.join(dir, 'redis.sock') };
  const listen = port ? ['--port', port, '--bind', '127.0.0.1'] : ['--port', '0', '--unixsocket', target.path];
  const keep = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--save', '', '--appendonly', 'no'];
  const redis = {
    target,
    url: port ? `redis://127.0.0.1:${port}` : `unix://${target.path}`,
    async start() {
      this.process = run(scene, 'redis-server', [...listen, '--dir', dir, ...keep, ...args].map(String));
      this.client = await until('Redis answers', async () => {
        const client = new Redis(target);
        try {
          await client.send('PING').catch(error => {
            if (!/NOAUTH/.test(error.message)) throw error;
          });
          return client;
        } catch (error) {
          client.close();
          throw error;
        }
      });
      scene.onEnd(() => this.client.close());
    },
    async stop(signal = 'SIGKILL') {
      this.client.close();
      await this.process.kill(signal);
    },
    // The function every producer uses; loaded by the daemon, or here for producers that come first.
    async loadFunction() {
      const source = fs.readFileSync(path.join(root, 'deploy/redis/shiftwall.lua'), 'utf8');
      await this.client.send('FUNCTION', 'LOAD', 'REPLACE', source);
    },
    emit(event, site = 'main') {
      const json = typeof event === 'string' ? event : JSON.stringify(event);
      return this.client.send('FCALL', 'sw_emit', 1, `sw:{${site}}:journal`, `sw:{${site}}:events`, json);
    },
    publish(event, site = 'main') {
      const json = typeof event === 'string' ? event : JSON.stringify(event);
      return this.client.send('PUBLISH', `sw:{${site}}:events`, json);
    },
  };
  await redis.start();
  return redis;
}

// ---- the daemon ----

export async function startDaemon(scene, { redis, args = [], env = {}, wrapper = [], ready = true, listen = '127.0.0.1:0' } = {}) {
  const daemon = {
    async start() {
      const url = typeof redis === 'string' ? redis : redis?.url;
      const all = ['--listen', this.port ? `127.0.0.1:${this.port}` : listen, ...(url ? ['--redis', url] : []), ...args];
      const [command, ...rest] = [...wrapper, daemonPath, ...all];
      this.process = run(scene, command, rest, { env: { ...process.env, ...env } });
      if (!ready) return;
      this.url = await until('the daemon is ready', () => {
        if (this.process.over) throw Object.assign(new Error(`the daemon ended: ${this.process.err}`), { fatal: true });
        return /^shiftwalld ready (https?:\S+)\/$/m.exec(this.process.out)?.[1].replace('//0.0.0.0:', '//127.0.0.1:'); // all addresses: one of them
      });
      this.port = Number(new URL(this.url).port);
    },
    async get(path_, headers = {}) {
      return new Promise((resolve, reject) => {
        http
          .get(this.url + path_, { headers, agent: false }, response => {
            let body = '';
            response.setEncoding('utf8').on('data', data => (body += data));
            response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
          })
          .on('error', reject);
      });
    },
    // A write: { status, body } with the body read as JSON where it is JSON.
    async send(method, path_, body, { site = 'main', type = 'application/json' } = {}) {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text) };
        if (method !== 'POST' && !text) delete headers['content-length'];
        const request = http.request(`${this.url}/api/v1/sites/${site}/${path_}`, { method, headers, agent: false }, response => {
          let got = '';
          response.setEncoding('utf8').on('data', data => (got += data));
          response.on('end', () => {
            const json = /json/.test(response.headers['content-type'] ?? '');
            resolve({ status: response.statusCode, headers: response.headers, body: json ? JSON.parse(got) : got });
          });
          response.on('close', () => reject(new Error('cut off'))); // does nothing after the end
        });
        request.on('error', reject);
        request.end(text || undefined);
      });
    },
    async view(name) {
      const { status, body } = await this.get(`/api/v1/sites/main/views/${encodeURIComponent(name)}`);
      if (status !== 200) throw new Error(`view ${name}: ${status} ${body}`);
      return JSON.parse(body);
    },
    async metric(name) {
      const { body } = await this.get('/metrics');
      const line = body.split('\n').find(l => l.startsWith(name));
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    live() {
      return until('the feed is live', async () => (await this.get('/readyz')).status === 200);
    },
  };
  await daemon.start();
  return daemon;
}

// ---- walls ----

export function mergePatch(target, patch) {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const result = target !== null && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

// A wall as a program: keeps the documents, as a browser does, and fails on a patch that does not fit.
export class Wall {
  constructor(scene, daemon, { views = ['site'], have, options = {} } = {}) {
    this.docs = {};
    this.vers = {};
    this.frames = [];
    this.faults = [];
    this.socket = new WebSocket(daemon.url.replace('http', 'ws') + '/ws', 'shiftwall.v1', options);
    this.closed = new Promise(done => this.socket.on('close', (code, reason) => done((this.close_ = { code, reason: String(reason) }))));
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('open', () => {
        if (views.length) this.send({ op: 'subscribe', site: 'main', views, ...(have ? { have } : {}) });
        resolve();
      });
      this.socket.on('error', reject);
    });
    this.opened.catch(() => {});
    this.socket.on('message', data => this.#take(JSON.parse(data)));
    scene.onEnd(() => this.socket.terminate());
  }
  #take(message) {
    this.frames.push({ ...message, full: undefined, patch: undefined, isFull: message.full !== undefined });
    if (this.frames.length > 2000) this.frames.shift();
    if (message.op === 'hello') this.hello = message;
    if (message.op === 'feed') this.feed = message;
    if (message.op === 'error') this.error = message;
    if (message.op !== 'view') return;
    if (message.full !== undefined) this.docs[message.view] = message.full;
    else if (message.base !== this.vers[message.view]) this.faults.push(`patch of ${message.view} from ${message.base}, held ${this.vers[message.view]}`);
    else this.docs[message.view] = mergePatch(this.docs[message.view], message.patch);
    this.vers[message.view] = message.ver;
  }
  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}

// ---- a proxy between the daemon and Redis ----

/** What the daemon's clock says. */
export const clockOf = daemon =>
  new Promise(done => {
    const wall = new Wall({ onEnd() {} }, daemon, { views: [] });
    wall.socket.on('message', () => {
      if (!wall.hello) return;
      done(wall.hello.now);
      wall.socket.terminate();
    });
  });

export async function startProxy(scene, target) {
  const proxy = { sockets: new Set(), hole: false };
  const server = net.createServer(client => {
    const upstream = net.connect(target);
    const pair = { client, upstream };
    proxy.sockets.add(pair);
    client.on('data', data => proxy.hole || upstream.write(data));
    upstream.on('data', data => proxy.hole || client.write(data));
    const end = () => {
      client.destroy();
      upstream.destroy();
      proxy.sockets.delete(pair);
    };
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', end);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  proxy.url = `redis://127.0.0.1:${server.address().port}`;
  proxy.fin = () => [...proxy.sockets].forEach(({ client }) => client.end());
  proxy.rst = () => [...proxy.sockets].forEach(({ client }) => client.resetAndDestroy());
  scene.onEnd(() => {
    server.close();
    [...proxy.sockets].forEach(({ client, upstream }) => (client.destroy(), upstream.destroy()));
  });
  return proxy;
}

// ---- events ----

let serial = 0;
export const call = (type, id, more = {}) => ({ type: `call.${type}`, ts: Date.now(), call: id, ...more });
export const state = (agent, name, more = {}) => ({ type: 'agent.state', ts: Date.now(), agent, state: name, ...more });
export const unique = () => `${process.pid}-${++serial}`;
