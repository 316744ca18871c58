// What one more wall costs the daemon in memory, the kernel's socket buffers aside: plain, compressing as browsers do, over
// TLS, after frames have gone out.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sleep, startDaemon, startRedis, state, WebSocket } from '../integration/lib.mjs';
import { lines, program, quick, ROUNDS, rssOf, row } from './stage.mjs';

const WALLS = quick ? 1000 : 5000, TLS_WALLS = quick ? 200 : 1000;
const FIRST = 200; // before the first look: arenas and tables grow in steps
const VIEWS = '["site","queues","alerts"]';
const SUBSCRIBE = `{"op":"subscribe","site":"main","views":${VIEWS}}`;

async function start(scene, more = '') {
  const redis = await startRedis(scene);
  const file = path.join(scene.dir, `memory-${path.basename(fs.mkdtempSync(path.join(scene.dir, 'm-')))}.yaml`);
  fs.writeFileSync(file, `open_reads: true\nmax_clients: 20000\nmax_clients_per_address: 20000\n${more}`);
  const daemon = await startDaemon(scene, { redis, args: ['--config', file] });
  for (let i = 0; i < 20; i++) await redis.publish(state(String(1000 + i), 'ready', { queues: ['sales'] }));
  await sleep(1000);
  return { redis, daemon, end: async () => (await daemon.process.kill('SIGKILL'), redis.stop()) };
}

/** Walls in one process; WORDS say what they negotiate. */
async function perWall(scene, words, server) {
  const { daemon } = server, pid = daemon.process.child.pid;
  const load = async count => {
    const walls = lines(scene, [program('wsload'), String(daemon.port), String(count), '/ws', SUBSCRIBE, ...words]);
    await walls.line();
    await sleep(1000);
    return walls;
  };
  const all = [await load(FIRST)];
  const before = rssOf(pid);
  all.push(await load(WALLS));
  for (let i = 0; i < 20; i++) {
    await server.redis.publish(state(String(1000 + i), 'break'));
    await sleep(100);
  }
  const used = (rssOf(pid) - before) / WALLS / 1024;
  for (const walls of all) await walls.end('SIGKILL');
  return used;
}

/** Walls of Node over TLS, which also compress what they say. */
async function perTlsWall(scene, server) {
  const pid = server.daemon.process.child.pid, sockets = [];
  const load = async count => {
    for (let done = 0; done < count; done += 50)
      await Promise.all(Array.from({ length: 50 }, () => new Promise((resolve, reject) => {
        const socket = new WebSocket(`${server.daemon.url.replace('http', 'ws')}/ws`, 'shiftwall.v1', { rejectUnauthorized: false });
        sockets.push(socket);
        socket.on('open', () => socket.send(SUBSCRIBE)).on('error', reject).on('message', data => String(data).includes('"view":"site"') && resolve());
      })));
    await sleep(1500);
  };
  await load(FIRST);
  const before = rssOf(pid);
  await load(TLS_WALLS);
  const used = (rssOf(pid) - before) / TLS_WALLS / 1024;
  for (const socket of sockets) socket.terminate();
  return used;
}

export async function measure(scene) {
  const plain = [], compressing = [], tls = [];
  const key = path.join(scene.dir, 'key.pem'), chain = path.join(scene.dir, 'chain.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', chain, '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
  for (let round = 0; round < ROUNDS; round++)
    for (const [list, words, config] of [[plain, []], [compressing, ['deflate', 'say-deflated']], [tls, null, `tls:\n  certificate: ${chain}\n  key: ${key}\n`]]) {
      const server = await start(scene, config);
      list.push(words ? await perWall(scene, words, server) : await perTlsWall(scene, server));
      await server.end();
    }
  return [
    row('memory of a wall', plain, { goal: ['<=', 3], unit: ' KB', note: `resident, libwebsockets' part included, after 20 frames; ${WALLS} walls` }),
    row('memory of a wall that compresses', compressing, { goal: ['<=', 3], unit: ' KB', note: 'nothing is kept between messages in either direction' }),
    row('memory of a wall over TLS', tls, { goal: ['<=', 20], unit: ' KB', note: `OpenSSL's part included; ${TLS_WALLS} walls of Node's ws, which compress` }),
  ];
}
