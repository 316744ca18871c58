// The faults: each breaks something under load and mends it again. `make` prepares what the daemon and Redis need, `strike`
// breaks and mends; both get the scene. journalLost: events may be gone, and then every wall has to say so.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { assert, call, sanitized, startProxy, until, Wall } from '../integration/lib.mjs';
import { pause, root } from './floor.mjs';

const isRoot = process.getuid() === 0;
const libraries = '/usr/lib/x86_64-linux-gnu';

/** A file system of SIZE in memory at DIR, for the time of the scene. */
function mountSmall(scene, dir, size) {
  fs.mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir]);
  scene.onEnd(() => spawnSync('umount', ['-l', dir]));
}
function fill(dir) {
  const file = path.join(dir, 'filler'), fd = fs.openSync(file, 'w'), block = Buffer.alloc(65536);
  for (let size = block.length; size >= 512; size /= 2)
    for (;;) {
      try {
        if (fs.writeSync(fd, block, 0, size) < size) break;
      } catch {
        break;
      }
    }
  fs.closeSync(fd);
  return () => fs.rmSync(file, { force: true });
}

const stopFor = async (child, ms) => {
  child.kill('SIGSTOP');
  await pause(ms);
  child.kill('SIGCONT');
};

let namespaces = 0;
/** A network of its own around Redis: a namespace at the other end of a cable; its address there. */
function cable(scene) {
  const n = `${process.pid % 10000}${namespaces++}`, ns = `swt${n}`, here = `swh${n}`, there = `swn${n}`;
  const net_ = `10.213.${(process.pid + namespaces) % 250}`;
  const run = (...args) => execFileSync('ip', args, { stdio: 'pipe' });
  run('netns', 'add', ns);
  scene.onEnd(() => spawnSync('ip', ['netns', 'del', ns]));
  run('link', 'add', here, 'type', 'veth', 'peer', 'name', there);
  scene.onEnd(() => spawnSync('ip', ['link', 'del', here]));
  run('link', 'set', there, 'netns', ns);
  run('addr', 'add', `${net_}.1/24`, 'dev', here);
  run('link', 'set', here, 'up');
  run('netns', 'exec', ns, 'ip', 'addr', 'add', `${net_}.2/24`, 'dev', there);
  run('netns', 'exec', ns, 'ip', 'link', 'set', there, 'up');
  run('netns', 'exec', ns, 'ip', 'link', 'set', 'lo', 'up');
  return { ns, here, there, address: `${net_}.2` };
}
/** One of five packets that arrive at either end of a cable is dropped, until the function that is returned is called. */
function loseFifth({ ns, here, there }) {
  const ends = [[[], here], [['ip', 'netns', 'exec', ns], there]].map(([inside, device]) => {
    const nft = (args, input) => {
      const [command, ...rest] = [...inside, 'nft', ...args];
      return execFileSync(command, rest, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
    };
    nft(['-f', '-'], `add table netdev ${device}\nadd chain netdev ${device} in { type filter hook ingress device "${device}" priority 0; }\nadd rule netdev ${device} in numgen random mod 5 == 0 counter drop\n`);
    return {
      dropped: () => Number(/packets (\d+)/.exec(nft(['list', 'table', 'netdev', device]))[1]),
      end: () => nft(['delete', 'table', 'netdev', device]),
    };
  });
  return () => {
    const dropped = ends.map(end => end.dropped());
    ends.forEach(end => end.end());
    return dropped;
  };
}
/** Why packets cannot be lost here; false: they can. */
function cannotLose() {
  if (!isRoot) return 'needs root for network namespaces';
  if (spawnSync('nft', ['--version']).status !== 0) return 'nftables is not installed';
  spawnSync('ip', ['link', 'add', 'swprobe', 'type', 'veth', 'peer', 'name', 'swprobe2']);
  const probe = 'add table netdev swprobe\nadd chain netdev swprobe in { type filter hook ingress device "swprobe" priority 0; }\nadd rule netdev swprobe in numgen random mod 5 == 0 drop\n';
  const works = spawnSync('nft', ['-f', '-'], { input: probe }).status === 0;
  spawnSync('nft', ['delete', 'table', 'netdev', 'swprobe']);
  spawnSync('ip', ['link', 'del', 'swprobe']);
  return !works && 'this kernel cannot drop packets at random (nf_tables)';
}

export default {
  'kill -9 of the daemon': {
    async strike({ daemon, dice }) {
      await daemon.process.kill('SIGKILL');
      await pause(dice.below(800));
      await daemon.start();
    },
  },
  'kill -9 of Redis': {
    async strike({ redis, dice }) {
      await redis.stop('SIGKILL');
      await pause(dice.below(1500));
      await redis.start();
    },
  },
  'kill -9 of both': {
    async strike({ daemon, redis, dice }) {
      await Promise.all([redis.stop('SIGKILL'), daemon.process.kill('SIGKILL')]);
      await pause(dice.below(800));
      await daemon.start();
      await pause(dice.below(800));
      await redis.start();
    },
  },
  'Redis comes back without its data': {
    journalLost: true,
    async strike({ redis, scene }) {
      await redis.stop('SIGKILL');
      fs.rmSync(path.join(scene.dir, 'redis'), { recursive: true });
      fs.mkdirSync(path.join(scene.dir, 'redis'));
      await redis.start();
    },
  },
  'SIGSTOP of the daemon': { strike: ({ daemon, dice }) => stopFor(daemon.process.child, 2000 + dice.below(4000)) },
  'SIGSTOP of Redis': { strike: ({ redis, dice }) => stopFor(redis.process.child, 3000 + dice.below(5000)) },
  'the data folder is full': {
    skip: !isRoot && 'needs root to mount',
    prepare: ({ scene }) => mountSmall(scene, path.join(scene.dir, 'data'), '6m'),
    async strike({ scene, leader, dice }) {
      const before = leader.confirmed.length;
      const free = fill(path.join(scene.dir, 'data'));
      await pause(1500 + dice.below(1000));
      free();
      await until('leaders are recorded again', () => leader.confirmed.length > before + 5);
    },
  },
  "Redis' disk is full": {
    skip: !isRoot && 'needs root to mount',
    prepare: ({ scene }) => mountSmall(scene, path.join(scene.dir, 'redis'), '24m'),
    async strike({ scene, redis, dice }) {
      const free = fill(path.join(scene.dir, 'redis'));
      await pause(1500 + dice.below(1000)); // a Redis that keeps its word ends when it cannot write
      free();
      if (redis.process.over) await redis.start();
    },
  },
  'out of file descriptors': {
    async strike({ scene, daemon, dice }) {
      const pid = daemon.process.child.pid;
      const soft = /Max open files\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/limits`, 'utf8'))[1]; // the hard limit stays
      const used = fs.readdirSync(`/proc/${pid}/fd`).length;
      execFileSync('prlimit', ['--pid', String(pid), `--nofile=${used + 3}:`]);
      const sockets = Array.from({ length: 40 }, () => net.connect(daemon.port, '127.0.0.1').on('error', () => {}));
      scene.onEnd(() => sockets.forEach(s => s.destroy()));
      await pause(1500 + dice.below(1500));
      sockets.forEach(s => s.destroy());
      execFileSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`]);
    },
  },
  'the clock jumps an hour ahead and back': {
    skip: !fs.existsSync(`${libraries}/faketime/libfaketime.so.1`) && 'libfaketime is not installed',
    prepare({ scene }) {
      fs.writeFileSync(path.join(scene.dir, 'offset'), '+0');
      return { env: { LD_PRELOAD: `${libraries}/faketime/libfaketime.so.1`, FAKETIME_TIMESTAMP_FILE: path.join(scene.dir, 'offset'), FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' } };
    },
    // over the end of a business day and back it ends, and is started anew as its service manager would
    async strike({ scene, daemon, dice }) {
      for (const step of [dice.pick(['-3600', '+3600']), '+0']) {
        fs.writeFileSync(path.join(scene.dir, 'offset'), step);
        await pause(2500);
      }
      if (daemon.process.over && daemon.process.code === 1) await daemon.start();
    },
  },
  'one in ten allocations fails': {
    skip: sanitized() && 'a sanitizer has an allocator of its own',
    prepare({ scene, seed }) {
      const library = path.join(scene.dir, 'alloc_fault.so'), file = path.join(scene.dir, 'one_in');
      execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, path.join(root, 'tests/torture/alloc_fault.c'), '-ldl']);
      fs.writeFileSync(file, '0');
      return { env: { LD_PRELOAD: library, ALLOC_FAULT_FILE: file, ALLOC_FAULT_SEED: String(seed) } };
    },
    // an event that could not be read is rejected and counted: that is the right answer, and the recount has to leave it out
    rejects: true,
    async strike({ scene, dice }) {
      fs.writeFileSync(path.join(scene.dir, 'one_in'), '10');
      await pause(3000 + dice.below(2000));
      fs.writeFileSync(path.join(scene.dir, 'one_in'), '0');
      await pause(500);
    },
  },
  'a link is cut': {
    skip: !isRoot && 'needs root for network namespaces',
    prepare: ({ scene }) => ({ network: cable(scene) }),
    async strike({ network, dice }) {
      execFileSync('ip', ['link', 'set', network.here, 'down']);
      await pause(2000 + dice.below(8000));
      execFileSync('ip', ['link', 'set', network.here, 'up']);
    },
  },
  'a fifth of the packets is lost': {
    skip: cannotLose(),
    prepare: ({ scene }) => ({ network: cable(scene) }),
    async strike({ network, dice }) {
      const stop = loseFifth(network);
      await pause(5000 + dice.below(3000));
      const dropped = stop();
      assert(dropped.every(n => n > 10), `too few packets were lost for a fault: ${dropped}`);
    },
  },
  'the line to Redis is reset, again and again': {
    async prepare({ scene, redis }) {
      const proxy = await startProxy(scene, redis.target);
      return { url: proxy.url, proxy };
    },
    async strike({ proxy, dice }) {
      for (let i = 0; i < 5; i++) {
        dice.next() < 0.5 ? proxy.rst() : proxy.fin();
        await pause(dice.below(700));
      }
    },
  },
  'many walls come back at once': {
    async strike({ scene, daemon, size }) {
      const walls = Array.from({ length: size.walls }, () => new Wall({ onEnd() {} }, daemon, { views: ['site', 'queues'] }));
      scene.onEnd(() => walls.forEach(w => w.socket.terminate()));
      walls.forEach(w => w.socket.on('error', () => {}));
      await Promise.allSettled(walls.map(w => w.opened));
      await daemon.process.kill('SIGKILL');
      await daemon.start();
      const again = walls.map(w => new Wall({ onEnd() {} }, daemon, { views: ['site', 'queues'], have: w.vers }));
      scene.onEnd(() => again.forEach(w => w.socket.terminate()));
      const opened = (await Promise.allSettled(again.map(w => w.opened))).filter(r => r.status === 'fulfilled').length;
      assert(opened === size.walls, `${opened} of ${size.walls} walls came back`);
      await until('all of them show something', () => again.every(w => w.docs.queues), 60_000);
      again.forEach(w => w.socket.terminate());
    },
  },
  'a wall that never reads': {
    async strike({ scene, daemon, dice }) {
      const deaf = Array.from({ length: 20 }, () => new Wall({ onEnd() {} }, daemon, { views: ['site', 'queues', 'agents', 'teams', 'intervals'] }));
      scene.onEnd(() => deaf.forEach(w => w.socket.terminate()));
      await Promise.allSettled(deaf.map(w => w.opened));
      for (const wall of deaf) wall.socket.on('error', () => {}), wall.socket._socket?.pause();
      await pause(4000 + dice.below(2000));
      deaf.forEach(w => w.socket.terminate());
    },
  },
  'a producer that floods': {
    async strike({ redis, daemon, size }) {
      const end = Date.now() + size.flood, noise = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ type: 'agent.state', ts: Date.now(), agent: `${1001 + (i % 12)}`, state: i % 2 ? 'ready' : 'busy' })));
      let sent = 0;
      while (Date.now() < end) {
        await Promise.all(Array.from({ length: 20 }, () => redis.emit(noise).then(() => sent++, () => {})));
        if (sent % 10 === 0) await redis.emit(call('nonsense', 'x')).catch(() => {});
      }
      assert(sent > 100, `${sent} messages of 100 events`);
      assert((await daemon.get('/healthz')).status === 200, 'it still answers');
    },
  },
};
