// Faults of the machine around the daemon: a missing plugin, a wall that is dead but connected, a clock that jumps.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { SLOW, Wall, assert, call, daemonPath, equal, startDaemon, startRedis, unique, until } from './lib.mjs';

const libraries = '/usr/lib/x86_64-linux-gnu';

export default {
  async 'without the libuv plugin of libwebsockets it says so and ends'() {
    const plugin = fs.readdirSync(libraries).find(name => /evlib_uv\.so$/.test(name));
    assert(plugin, 'the plugin is installed');
      // hidden in a mount namespace of its own (and a user namespace where we are not root)
    const script = `mount --bind /dev/null ${libraries}/${plugin} && exec ${daemonPath} --listen 127.0.0.1:0`;
    const { status, stderr } = spawnSync('unshare', [process.getuid() === 0 ? '-m' : '-rm', 'sh', '-c', script], { encoding: 'utf8', timeout: 30000 * SLOW });
    equal(status, 1, `exit status; ${stderr}`);
    assert(/libwebsockets-evlib-uv/.test(stderr), stderr);
  },

  async 'a wall that answers no ping is hung up on'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const dead = new Wall(scene, daemon, { options: { autoPong: false } });
    const alive = new Wall(scene, daemon);
    await dead.opened;
    await until('it is hung up on', () => dead.close_, 120000);
    assert(!alive.close_, 'the other stays');
  },

  async 'the clock jumps an hour ahead and back'(scene) {
    const library = `${libraries}/faketime/libfaketime.so.1`;
    assert(fs.existsSync(library), 'libfaketime is installed');
    const offset = path.join(scene.dir, 'offset');
    fs.writeFileSync(offset, '+0');
    // where it is about noon now: within a business day
    const config = path.join(scene.dir, 'noon.yaml'), east = 12 - new Date().getUTCHours();
    fs.writeFileSync(config, `site:\n  zone: Etc/GMT${east < 0 ? '+' : '-'}${Math.abs(east)}\n`);
    const redis = await startRedis(scene);
    const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: offset, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
    const daemon = await startDaemon(scene, { redis, env, args: ['--config', config] });
    await daemon.live();
    let sent = 0;
    const count = async () => {
      await redis.emit(call('queued', unique(), { queue: 'q' }));
      sent++;
      await until(`${sent} calls wait`, async () => (await daemon.view('queues')).queues.q?.now.waiting === sent);
    };
    await count();
    for (const step of ['+3600', '-3600', '+0']) {
      fs.writeFileSync(offset, step);
      await new Promise(done => setTimeout(done, 2500 * SLOW));
      await count();
    }
    equal((await daemon.get('/readyz')).status, 200, 'ready');
  },

  async 'the clock jumps over a day and back'(scene) {
    const library = `${libraries}/faketime/libfaketime.so.1`, offset = path.join(scene.dir, 'offset');
    assert(fs.existsSync(library), 'libfaketime is installed');
    fs.writeFileSync(offset, '+0');
    const redis = await startRedis(scene);
    const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: offset, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
    const daemon = await startDaemon(scene, { redis, env, args: ['--data', path.join(scene.dir, 'data'), '--checkpoint', '1'] });
    await daemon.live();
    await redis.emit(call('queued', unique(), { queue: 'q' }));
    const offered = async () => (await daemon.view('queues')).queues.q?.today.offered;
    await until('a call is offered', async () => (await offered()) === 1);
    fs.writeFileSync(offset, '+86400');
    await until('it is tomorrow', async () => (await offered()) !== 1);
    fs.writeFileSync(offset, '+0');
    await daemon.process.ended;
    equal(daemon.process.code, 1, 'it ends, for its service manager to start it anew');
    assert(/error clock.back /.test(daemon.process.err), daemon.process.err);
    await daemon.start();
    await daemon.live();
    assert(/checkpoint.ignored .*ahead of the clock/.test(daemon.process.err), daemon.process.err);
    await until("and today's figures are there again", async () => (await offered()) === 1);
  },
};
