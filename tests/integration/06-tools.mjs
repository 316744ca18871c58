// The command line tools against a real Redis and a real daemon.
import fs from 'node:fs';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { SLOW, assert, call, equal, sleep, startDaemon, startRedis, toolPath, unique, until } from './lib.mjs';

const audit = (redis, daemon) => spawnSync(toolPath, ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url], { encoding: 'utf8', timeout: 60000 * SLOW });

function calls(count) {
  const lines = [];
  for (let i = 0; i < count; i++) {
    const id = unique();
    lines.push({ ...call('queued', id, { queue: `q${i % 3}` }), id: `${id}q` }, { ...(i % 4 ? call('answered', id, { agent: `a${i % 9}` }) : call('abandoned', id)), id: `${id}o` });
    if (i % 4 === 1) lines.push({ ...call('ended', id), id: `${id}e` });
  }
  return lines.map(line => JSON.stringify(line));
}

export default {
  async 'publish, kill -9 of daemon and Redis, audit: no difference'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const file = path.join(scene.dir, 'events.jsonl');
    const lines = calls(45000); // 101,250 events
    fs.writeFileSync(file, lines.join('\n') + '\n');
    const publish = spawn(toolPath, ['publish', '--redis', redis.url, '--site', 'main', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    publish.stderr.on('data', data => (told += data));
    const done = new Promise(resolve => publish.on('close', resolve));
    scene.onEnd(() => publish.kill('SIGKILL'));
    await sleep(150);
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    await sleep(150);
    await redis.stop('SIGKILL');
    await redis.start();
    await sleep(100);
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    equal(await done, 0, `publish: ${told}`);
    await daemon.live();
    const want = lines.filter(line => line.includes('call.queued')).length;
    await until('all calls, each once', async () => Object.values((await daemon.view('queues')).queues).reduce((sum, q) => sum + q.today.offered, 0) === want, 60000);
    const { status, stdout, stderr } = audit(redis, daemon);
    equal(status, 0, stdout + stderr);
    assert(/0 differences/.test(stdout), stdout);
  },

  async 'audit finds what is missing'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    for (const line of calls(50)) await redis.emit(line);
    await until('fifty', async () => Object.values((await daemon.view('queues')).queues).reduce((sum, q) => sum + q.today.offered, 0) === 50);
    const first = (await redis.client.send('XRANGE', 'sw:{main}:journal', '-', '+', 'COUNT', 1))[0][0];
    await redis.client.send('XDEL', 'sw:{main}:journal', first);
    equal(audit(redis, daemon).status, 1, 'exit status');
  },

  async 'exit statuses and help'() {
    for (const tool of ['publish', 'import', 'replay', 'audit']) {
      const help = spawnSync(toolPath, [tool, '--help'], { encoding: 'utf8' });
      equal(help.status, 0, `${tool} --help`);
      assert(help.stdout.startsWith('usage: shiftwall'), help.stdout);
      equal(spawnSync(toolPath, [tool, '--nonsense']).status, 2, `${tool} --nonsense`);
    }
    equal(spawnSync(toolPath, ['replay', '/does/not/exist']).status, 3, 'a file that is not there');
    equal(spawnSync(toolPath, ['audit', '--redis', 'redis://127.0.0.1:1', '--site', 'main', '--url', 'http://127.0.0.1:1', '--wait', '1']).status, 4, 'nobody there');
  },
};
