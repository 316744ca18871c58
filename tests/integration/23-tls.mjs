// TLS: walls over it, old versions refused, the certificate exchanged while walls stay.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { call, assert, daemonPath, equal, startDaemon, startRedis, until, Wall } from './lib.mjs';
import { addUser, PASSWORD } from './doors.mjs';

/** A certificate for localhost signed by itself; DAYS from now. */
function certificate(dir, name, { days = 2, subject = name } = {}) {
  const key = path.join(dir, `${name}.key`), chain = path.join(dir, `${name}.pem`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', chain, '-days', String(days), '-subj', `/CN=${subject}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  return { key, chain };
}

function configure(scene, chain, key) {
  const config = path.join(scene.dir, 'tls.yaml');
  fs.writeFileSync(config, `tls:\n  certificate: ${chain}\n  key: ${key}\n`);
  return config;
}

const seen = (daemon, options = {}) =>
  new Promise((resolve, reject) => {
    const socket = tls.connect({ port: daemon.port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => {
      resolve({ name: socket.getPeerCertificate().subject.CN, version: socket.getProtocol() });
      socket.destroy();
    });
    socket.on('error', reject);
  });

export default {
  async 'walls over TLS, and another certificate while they stay'(scene) {
    const first = certificate(scene.dir, 'first'), second = certificate(scene.dir, 'second');
    const chain = path.join(scene.dir, 'chain.pem'), key = path.join(scene.dir, 'key.pem');
    const install = pair => (fs.copyFileSync(pair.key, key), fs.copyFileSync(pair.chain, chain));
    install(first);
    addUser(scene, 'duty', 'duty');
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis, args: ['--config', configure(scene, chain, key), '--data', path.join(scene.dir, 'data')] });
    assert(daemon.url.startsWith('https://'), `the ready line says so: ${daemon.url}`);
    const ask = (method, path_, { body, cookie } = {}) =>
      new Promise((resolve, reject) => {
        const text = body ? JSON.stringify(body) : '';
        const request = https.request(daemon.url + path_, { method, agent: false, rejectUnauthorized: false, headers: { ...(cookie ? { cookie } : {}), ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}) } }, response => {
          let got = '';
          response.on('data', data => (got += data)).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: got }));
        });
        request.on('error', reject);
        request.end(text);
      });
    const signed = await ask('POST', '/api/v1/session', { body: { person: 'duty', password: PASSWORD } });
    equal(signed.status, 201, signed.text);
    assert(/; Secure$/.test(signed.headers['set-cookie'][0]), 'the cookie is for TLS only');
    equal(signed.headers['strict-transport-security'], 'max-age=31536000', 'browsers stay with it');
    const cookie = signed.headers['set-cookie'][0].split(';')[0];
    await until('the feed is live', async () => (await ask('GET', '/readyz')).status === 200);
    const wall = new Wall(scene, daemon, { views: ['site', 'queues', 'agents'], options: { rejectUnauthorized: false, headers: { cookie } } });
    await wall.opened;
    // a view of some MB goes out in pieces
    const many = Array.from({ length: 3000 }, (_, i) => ({ type: 'agent.state', ts: Date.now(), agent: `${100000 + i}`, state: 'ready', name: `坐席${i}`, team: `T${i % 30}` }));
    for (let i = 0; i < many.length; i += 50) await redis.emit(JSON.stringify(many.slice(i, i + 50)));
    await redis.emit([call('queued', 'c1', { queue: 'sales' })]);
    await until('all of it', () => wall.docs.queues?.queues?.sales?.now?.waiting === 1 && Object.keys(wall.docs.agents?.agents ?? {}).length === 3000);
    equal(JSON.parse((await ask('GET', '/api/v1/sites/main/views/agents', { cookie })).text), wall.docs.agents, 'the same over HTTP');

    equal(await seen(daemon), { name: 'first', version: 'TLSv1.3' }, 'the first certificate');
    equal((await seen(daemon, { maxVersion: 'TLSv1.2' })).version, 'TLSv1.2', '1.2 for older ones');
    const old = await seen(daemon, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }).catch(error => error);
    assert(old instanceof Error, 'nothing older');
    fs.copyFileSync(second.key, key);
    daemon.process.child.kill('SIGHUP');
    await until('half of a pair is refused', () => /certificate.refused .*does not belong/.test(daemon.process.err));
    equal((await seen(daemon)).name, 'first', 'and the one before stays');
    install(second);
    daemon.process.child.kill('SIGHUP');
    await until('another certificate', async () => (await seen(daemon)).name === 'second');
    await redis.emit([call('abandoned', 'c1')]);
    await until('the wall has stayed', () => wall.docs.queues.queues.sales.now.waiting === 0);
    assert(!wall.close_, 'on the same line');
    install(first);
    await until('it is found without being told, too', async () => (await seen(daemon)).name === 'first', 30_000);
    const metrics = (await ask('GET', '/metrics', { cookie })).text;
    assert(Number(/certificate_expires_seconds\S* (\d+)/.exec(metrics)[1]) * 1000 > Date.now(), 'its end is a metric');
    equal(wall.faults, [], 'patches fit');
    await daemon.process.kill('SIGTERM');
    equal([daemon.process.code, (await wall.closed).code], [0, 4001], 'a good end, and the wall is told to come back');
  },

  async 'a certificate that will not do: one clear line, and no start'(scene) {
    const good = certificate(scene.dir, 'good'), other = certificate(scene.dir, 'other');
    const broken = path.join(scene.dir, 'broken.pem');
    fs.writeFileSync(broken, 'no certificate');
    const cases = [
      [good.chain, other.key, 'does not belong'],
      [broken, good.key, 'no certificate in PEM form'],
      [good.chain, broken, 'no private key in PEM form'],
      [path.join(scene.dir, 'missing.pem'), good.key, 'No such file'],
    ];
    for (const [chain, key, text] of cases) {
      const done = spawnSync(daemonPath, ['--listen', '127.0.0.1:0', '--config', configure(scene, chain, key)], { encoding: 'utf8', timeout: 20000 });
      const lines = done.stderr.trim().split('\n').filter(l => l.startsWith('error'));
      equal([done.status, lines.length], [1, 1], done.stderr);
      assert(lines[0].includes(text), lines[0]);
    }
    const half = path.join(scene.dir, 'half.yaml');
    fs.writeFileSync(half, `tls:\n  certificate: ${good.chain}\n`);
    const done = spawnSync(daemonPath, ['--check', '--config', half], { encoding: 'utf8' });
    equal(done.status, 1, done.stderr);
    assert(/both certificate and key/.test(done.stderr), done.stderr);
  },
};
