// The samples of deploy/nginx and deploy/stunnel, run as they are but for addresses and paths: a wall through nginx with TLS,
// and the daemon through stunnel to a Redis with users. Each scenario as in tests/integration.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { assert, call, equal, freePort, root, startDaemon, startRedis, state, until, Wall } from '../integration/lib.mjs';
import { addUser, PASSWORD } from '../integration/doors.mjs';

/** A certificate for NAME, signed by itself. */
function certificate(dir, name) {
  const key = path.join(dir, `${name}.key`), chain = path.join(dir, `${name}.pem`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', chain, '-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`], { stdio: 'ignore' });
  return { key, chain };
}

/** Starts COMMAND in the foreground and ends it by its own id. */
function start(scene, command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const over = new Promise(done => child.on('exit', done));
  scene.onEnd(async () => (child.kill('SIGTERM'), await over));
  return child;
}

export default {
  async 'a wall, sign-in and writes through nginx with TLS'(scene) {
    const { key, chain } = certificate(scene.dir, 'localhost');
    const port = await freePort(), behind = await freePort();
    let sample = fs.readFileSync(path.join(root, 'deploy/nginx/shiftwall.conf'), 'utf8');
    const replace = (from, to) => {
      assert(sample.includes(from), `the sample has ${from}`);
      sample = sample.replaceAll(from, to);
    };
    replace('127.0.0.1:8080;\n    keepalive', `127.0.0.1:${behind};\n    keepalive`);
    replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
    replace('    listen [::]:443 ssl http2;\n', '');
    replace('/etc/shiftwall/tls/fullchain.pem', chain);
    replace('/etc/shiftwall/tls/privkey.pem', key);
    const conf = path.join(scene.dir, 'nginx.conf');
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(n => `  ${n}_temp_path ${scene.dir}/${n};`).join('\n');
    fs.writeFileSync(conf, `daemon off;\nworker_processes 1;\npid ${scene.dir}/nginx.pid;\nerror_log stderr warn;\nevents {}\nhttp {\n  access_log off;\n${temp}\n${sample}\n}\n`);
    const config = path.join(scene.dir, 'c.yaml');
    fs.writeFileSync(config, 'trusted_proxies: ["127.0.0.1"]\n');
    addUser(scene, 'duty', 'duty');
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis, listen: `127.0.0.1:${behind}`, args: ['--config', config, '--data', path.join(scene.dir, 'data')] });
    start(scene, 'nginx', ['-e', 'stderr', '-c', conf, '-p', scene.dir]);
    const ask = (method, path_, { body, cookie, origin } = {}) =>
      new Promise((resolve, reject) => {
        const text = body ? JSON.stringify(body) : '';
        const headers = { ...(cookie ? { cookie } : {}), ...(origin ? { origin } : {}), ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}) };
        const request = https.request({ host: '127.0.0.1', port, path: path_, method, headers, agent: false, servername: 'localhost', ca: fs.readFileSync(chain) }, response => {
          let got = '';
          response.on('data', data => (got += data)).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: got }));
        });
        request.on('error', reject);
        request.end(text);
      });
    await until('nginx answers', async () => (await ask('GET', '/healthz').catch(() => ({}))).status === 200);
    await until('the feed is live', async () => (await ask('GET', '/readyz')).status === 200);
    equal((await ask('GET', '/api/v1/sites/main/views/site')).status, 401, 'what comes through the proxy is not local');
    equal((await ask('GET', '/metrics')).status, 404, 'metrics are not for everybody');
    const signed = await ask('POST', '/api/v1/session', { body: { person: 'duty', password: PASSWORD }, origin: `https://127.0.0.1:${port}` });
    equal(signed.status, 201, signed.text);
    assert(/; Secure$/.test(signed.headers['set-cookie'][0]), 'the cookie is for TLS');
    const cookie = signed.headers['set-cookie'][0].split(';')[0];
    const sessions = JSON.parse((await ask('GET', '/api/v1/sessions', { cookie })).text).sessions;
    equal(sessions[0].address, '127.0.0.1', 'the address nginx saw');
    await redis.emit(state('1', 'ready'));
    await until('an agent', async () => JSON.parse((await ask('GET', '/api/v1/sites/main/views/agents', { cookie })).text).agents?.['1']);
    const now = Date.now();
    const grant = { agent: '1', kind: 'busy', from: now, to: now + 60_000, reason: '打印机' };
    equal((await ask('POST', '/api/v1/sites/main/grants', { body: grant, cookie, origin: `https://127.0.0.1:${port}` })).status, 201, 'a write from our page');
    equal((await ask('POST', '/api/v1/sites/main/grants', { body: grant, cookie, origin: 'https://evil.example' })).status, 403, 'and from another');
    const wall = new Wall(scene, { url: `https://127.0.0.1:${port}` }, { views: ['site', 'queues'], options: { rejectUnauthorized: false, headers: { cookie } } });
    await wall.opened;
    await redis.emit(call('queued', 'c1', { queue: 'sales' }));
    await until('a wall', () => wall.docs.queues?.queues?.sales?.now?.waiting === 1);
    equal(wall.faults, [], 'patches fit');
    const tries = [];
    for (let i = 0; i < 45; i++) tries.push((await ask('POST', '/api/v1/pair', { body: {} })).status);
    assert(tries.includes(503) || tries.includes(429), `somebody who asks and asks is slowed down: ${tries}`);
    void daemon;
  },

  async 'the daemon through stunnel to a Redis with users'(scene) {
    const { key, chain } = certificate(scene.dir, 'localhost');
    const redisPort = await freePort(), there = await freePort(), here = await freePort();
    const acl = path.join(scene.dir, 'users.acl');
    const users = fs.readFileSync(path.join(root, 'deploy/redis/users.acl'), 'utf8');
    fs.writeFileSync(acl, users.replace('CHANGE-ME-SHIFTWALL', 'wall-secret').replace('CHANGE-ME-PRODUCER', 'producer-secret'));
    const redis = await startRedis(scene, { port: redisPort, args: ['--aclfile', acl], persistent: true });
    await redis.client.send('AUTH', 'producer', 'producer-secret');
    const server = path.join(scene.dir, 'server.conf'), client = path.join(scene.dir, 'client.conf');
    let sample = fs.readFileSync(path.join(root, 'deploy/stunnel/shiftwall.conf'), 'utf8');
    const replace = (from, to) => {
      assert(sample.includes(from), `the sample has ${from}`);
      sample = sample.replaceAll(from, to);
    };
    replace('foreground = no', 'foreground = yes\npid =');
    replace('syslog = yes', 'syslog = no');
    replace('accept = 127.0.0.1:6380', `accept = 127.0.0.1:${here}`);
    replace('\nconnect = redis.example.com:6381', `\nconnect = 127.0.0.1:${there}`);
    replace('checkHost = redis.example.com', 'checkHost = localhost');
    replace('/etc/shiftwall/tls/redis-ca.pem', chain);
    fs.writeFileSync(client, sample);
    fs.writeFileSync(server, `foreground = yes\npid =\nsyslog = no\n[redis]\nclient = no\naccept = 127.0.0.1:${there}\nconnect = 127.0.0.1:${redisPort}\ncert = ${chain}\nkey = ${key}\n`);
    start(scene, 'stunnel4', [server]);
    let near = start(scene, 'stunnel4', [client]);
    const secret = path.join(scene.dir, 'redis.password'), config = path.join(scene.dir, 'c.yaml');
    fs.writeFileSync(secret, 'wall-secret\n', { mode: 0o600 });
    fs.writeFileSync(config, `redis: redis://shiftwall@127.0.0.1:${here}\nredis_password_file: ${secret}\n`);
    const daemon = await startDaemon(scene, { args: ['--config', config] });
    await daemon.live();
    await redis.emit(call('queued', 'c1', { queue: 'sales' }));
    const waiting = async () => (await daemon.view('queues')).queues.sales?.now.waiting;
    await until('events come through', async () => (await waiting()) === 1);
    near.kill('SIGKILL');
    await until('a tunnel that is gone is seen', async () => (await daemon.get('/readyz')).status === 503);
    await redis.emit(call('abandoned', 'c1'));
    near = start(scene, 'stunnel4', [client]);
    await daemon.live();
    await until('and nothing is missing when it is back', async () => (await waiting()) === 0);
    assert(!daemon.process.err.includes('wall-secret'), 'the password is not in the log');
  },
};
