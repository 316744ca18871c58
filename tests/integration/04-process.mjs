// Starting and stopping: one clear line and a non-zero exit where it cannot start, nothing lost where it is killed.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { SLOW, Wall, assert, call, daemonPath, equal, sanitized, sleep, startDaemon, startRedis, state, unique, until } from './lib.mjs';

const tryDaemon = (args, env = {}) => spawnSync(daemonPath, args, { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 20000 * SLOW });
const oneLine = text => text.trim().split('\n').filter(line => !/^(info|shiftwalld: no web)/.test(line)).length === 1;

export default {
  async 'the port is busy'(scene) {
    const server = net.createServer();
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    scene.onEnd(() => server.close());
    const { status, stderr } = tryDaemon(['--listen', `127.0.0.1:${server.address().port}`]);
    equal(status, 1, 'exit status');
    assert(/in use|busy/i.test(stderr) && oneLine(stderr), `one clear line: ${stderr}`);
  },

  async 'wrong options and a faulty configuration'(scene) {
    equal(tryDaemon(['--nonsense']).status, 2, 'an unknown option');
    const file = path.join(scene.dir, 'bad.yaml');
    fs.writeFileSync(file, 'listen: 127.0.0.1:0\nsite:\n  zone: UTC\n  target_s: fast\n  colour: red\n  queues:\n    - id: q\n      groups: [none]\n');
    const { status, stderr } = tryDaemon(['--config', file, '--check']);
    assert(status !== 0, 'refused');
    assert(stderr.includes(`${file}:4: target_s:`) && stderr.includes(`${file}:5: colour:`) && stderr.includes('none'), stderr);
    const away = tryDaemon(['--config', path.join(scene.dir, 'missing.yaml')]);
    assert(away.status !== 0 && /No such file/.test(away.stderr), away.stderr);
  },

  async 'off loopback it refuses without accounts'() {
    const { status, stderr } = tryDaemon(['--listen', '0.0.0.0:0']);
    equal(status, 1, 'exit status');
    assert(/open_reads/.test(stderr), stderr);
  },

  async 'the daemon is killed at any moment of 20,000 events'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    await redis.loadFunction();
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const want = { offered: 0, answered: 0, abandoned: 0 };
    let stop = false;
    const producing = (async () => {
      for (let i = 0; i < 200 && !stop; i++) {
        const batch = [];
        for (let n = 0; n < 50; n++) {
          const id = unique();
          batch.push(call('queued', id, { queue: 'q' }), n % 3 ? call('answered', id, { agent: `a${n}` }) : call('abandoned', id));
          want.offered++;
          want[n % 3 ? 'answered' : 'abandoned']++;
        }
        await redis.emit(batch);
        await sleep(5);
      }
    })();
    for (let kills = 0; kills < 5; kills++) {
      await sleep(150 + kills * 70);
      await daemon.process.kill('SIGKILL');
      await daemon.start();
    }
    await producing;
    await until('every event counts once', async () => {
      const today = (await daemon.view('queues')).queues.q?.today;
      return today && today.offered === want.offered && today.answered === want.answered && today.abandoned === want.abandoned;
    });
  },

  async 'Redis is killed at any moment of 20,000 events'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    await redis.loadFunction();
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    let acknowledged = 0;
    let uncertain = 0;
    for (let round = 0; round < 4; round++) {
      const sending = [];
      for (let i = 0; i < 100; i++) {
        const batch = Array.from({ length: 50 }, () => call('queued', unique(), { queue: 'q' }));
        sending.push(redis.emit(batch).then(() => (acknowledged += 50)).catch(() => (uncertain += 50)));
      }
      await sleep(10 + round * 15);
      await redis.stop('SIGKILL');
      await Promise.all(sending);
      await redis.start();
    }
    await daemon.live();
    const entries = await redis.client.send('XLEN', 'sw:{main}:journal');
    await until('the figures are the journal', async () => ((await daemon.view('queues')).queues.q?.today.offered ?? 0) === entries * 50);
    assert(entries * 50 >= acknowledged && entries * 50 <= acknowledged + uncertain, 'nothing acknowledged is missing');
    assert(!(await daemon.view('site')).feed.incomplete_since, 'nothing is incomplete');
  },

  async 'a virtual clock: a day in seconds'(scene) {
    const redis = await startRedis(scene);
    const start = Date.parse('2026-03-05T22:59:00Z');
    const daemon = await startDaemon(scene, { redis, args: ['--clock', `${start},600`] });
    await daemon.live();
    await redis.emit({ type: 'call.queued', ts: start, call: 'c', queue: 'q' });
    await until('the day is over', async () => (await daemon.view('site')).day === '2026-03-06');
    const { today, now } = (await daemon.view('queues')).queues.q;
    equal([today.offered, today.carried_in, now.waiting], [0, 1, 1], 'the caller still waits');
  },

  async 'SIGTERM while a wall is choked: memory is clean'(scene) {
    if (spawnSync('valgrind', ['--version']).status !== 0) throw new Error('valgrind is not installed');
    const valgrind = ['valgrind', '--quiet', '--leak-check=full', '--errors-for-leak-kinds=definite', '--error-exitcode=99'];
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, {
      redis,
      wrapper: sanitized() ? [] : valgrind, // a sanitizer tells the same
    });
    await until('live', async () => (await daemon.get('/readyz')).status === 200, 60000);
    const wall = new Wall(scene, daemon, { views: ['site', 'agents'] });
    await until('a view', () => wall.docs.agents, 60000);
    wall.socket._socket.pause();
    for (let i = 0; i < 30; i++) await redis.emit(Array.from({ length: 100 }, (_, n) => state(`a${n}`, i % 2 ? 'ready' : 'busy', { reason: `r${i}` })));
    await daemon.process.kill('SIGTERM');
    equal(daemon.process.code, 0, `exit status; ${daemon.process.err.slice(-1500)}`);
  },
};
