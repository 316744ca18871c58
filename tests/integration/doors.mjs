// Accounts and cookies for tests of who may come in.
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { assert, equal, startDaemon, startRedis, state, toolPath, until } from './lib.mjs';

export const ROLES = ['agent', 'lead', 'duty', 'quality', 'manager', 'admin'];
export const PASSWORD = 'a long enough one';

/** `shiftwall user ...` on the data folder of SCENE. */
export function user(scene, args, input = '') {
  const data = path.join(scene.dir, 'data');
  const [verb, ...rest] = args;
  const done = spawnSync(toolPath, ['user', verb, '--data', data, ...rest], { input, encoding: 'utf8' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

export function addUser(scene, id, role, more = []) {
  const done = user(scene, ['add', '--role', role, ...(role === 'lead' && !more.length ? ['--teams', 'A'] : more), '--password-stdin', id], `${PASSWORD}\n`);
  equal(done.status, 0, `user add ${id}: ${done.err}`);
}

/** `shiftwall producer ...` on the data folder of SCENE. */
export function producer(scene, args) {
  const [verb, ...rest] = args;
  const done = spawnSync(toolPath, ['producer', verb, '--data', path.join(scene.dir, 'data'), ...rest], { encoding: 'utf8' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

/** Makes a producer; its token. */
export function addProducer(scene, name, more = []) {
  const done = producer(scene, ['add', ...more, name]);
  equal(done.status, 0, `producer add ${name}: ${done.err}`);
  assert(/^[0-9a-f]{64}\n$/.test(done.out), `the token alone: ${done.out}`);
  return done.out.trim();
}

/** One request; the answer with its status, headers, text and JSON. */
export function ask(daemon, method, path_, { body, cookie, headers = {}, type = 'application/json' } = {}) {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const all = { ...(cookie ? { cookie } : {}), ...(text || method === 'POST' ? { 'content-type': type, 'content-length': Buffer.byteLength(text) } : {}), ...headers };
  return new Promise((resolve, reject) => {
    const request = http.request(daemon.url + path_, { method, headers: all, agent: false }, response => {
      let got = '';
      response.setEncoding('utf8').on('data', data => (got += data));
      response.on('end', () => {
        const json = /json/.test(response.headers['content-type'] ?? '');
        resolve({ status: response.statusCode, headers: response.headers, text: got, body: json && got ? JSON.parse(got) : undefined });
      });
    });
    request.on('error', reject);
    request.end(text || undefined);
  });
}

export const cookieOf = answer => answer.headers['set-cookie']?.[0]?.split(';')[0];

export async function signIn(daemon, person, password = PASSWORD, headers = {}) {
  const answer = await ask(daemon, 'POST', '/api/v1/session', { body: { person, password }, headers });
  return { ...answer, cookie: cookieOf(answer) };
}

/** Pairs a screen with BOARD by COOKIE of a leader: its id and its cookie. */
export async function pair(daemon, cookie, board = 'overview', name = '大厅') {
  const offer = (await ask(daemon, 'POST', '/api/v1/pair', { body: {} })).body;
  const approved = await ask(daemon, 'POST', '/api/v1/screens', { cookie, body: { code: offer.code, name, board } });
  equal(approved.status, 201, `approved: ${approved.text}`);
  const polled = await ask(daemon, 'POST', '/api/v1/pair/poll', { body: { secret: offer.secret } });
  equal(polled.body?.state, 'paired', polled.text);
  return { id: approved.body.screen.id, cookie: cookieOf(polled), offer };
}

/** A site with an account of each role (the lead's team is A), agents 1 of team A and 2 of team B, and their cookies. */
export async function site(scene, { config = '', roles = ROLES, args = [] } = {}) {
  for (const role of roles) addUser(scene, role === 'agent' ? '1' : role, role);
  const redis = await startRedis(scene);
  const daemon = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data'), ...(config ? ['--config', config] : []), ...args] });
  await daemon.live();
  await redis.emit([state('1', 'ready', { team: 'A' }), state('2', 'ready', { team: 'B' })]);
  const cookies = {};
  for (const role of roles) {
    const done = await signIn(daemon, role === 'agent' ? '1' : role);
    equal(done.status, 201, `${role} signs in: ${done.text}`);
    cookies[role] = done.cookie;
  }
  if (cookies.quality) {
    await until('both agents are there', async () => {
      const view = await ask(daemon, 'GET', '/api/v1/sites/main/views/agents', { cookie: cookies.quality });
      return Object.keys(view.body?.agents ?? {}).length === 2;
    });
  }
  return { daemon, redis, cookies };
}
