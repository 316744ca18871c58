// A daemon with all of its parts in use, so that every metric is on its page: TLS, a store, a chat group that cannot be reached,
// a queue with a call, a team; and what is said of metrics elsewhere.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { call, freePort, startDaemon, startRedis, state, until } from './lib.mjs';

/** The text of GET PATH over TLS. */
export const fetchText = (daemon, path_) =>
  new Promise((resolve, reject) => {
    const request = https.get(daemon.url + path_, { agent: false, rejectUnauthorized: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', data => (text += data));
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${path_}: ${response.statusCode} ${text}`))));
    });
    request.on('error', reject);
  });

export async function startEverything(scene) {
  const key = path.join(scene.dir, 'key.pem'), chain = path.join(scene.dir, 'chain.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', chain, '-days', '30', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  const url = path.join(scene.dir, 'group.url'), config = path.join(scene.dir, 'everything.yaml');
  fs.writeFileSync(url, `http://127.0.0.1:${await freePort()}/nobody\n`, { mode: 0o600 });
  fs.writeFileSync(config, `tls:\n  certificate: ${chain}\n  key: ${key}\nnotify:\n  - {id: group, kind: generic, url_file: ${url}}\n`);
  const redis = await startRedis(scene, { persistent: true });
  const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, 'data'), '--checkpoint', '1'] });
  daemon.metrics = () => fetchText(daemon, '/metrics');
  await until('the feed is live', () => fetchText(daemon, '/readyz').then(() => true));
  await redis.emit([state('1', 'ready', { team: 'A' }), call('queued', 'c1', { queue: 'sales' }), call('answered', 'c1', { queue: 'sales', agent: '1' })]);
  await until('the call is counted', async () => /^shiftwall_queue_answered\{.*\} 1$/m.test(await daemon.metrics()));
  await until('a checkpoint is written', async () => /^shiftwall_checkpoint_bytes\{/m.test(await daemon.metrics()));
  return { redis, daemon };
}

/** { name: type } of the metrics of a page. */
export const typesOf = page => Object.fromEntries([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));

/** The names of our metrics in an expression of PromQL. */
export const namesIn = expression => [...new Set(expression.match(/\b(?:shiftwall|process)_[a-z_]+/g) ?? [])];
