// Walls: versions, patches, resume, pace, slow and dead clients, limits, a storm of reconnects.
import net from 'node:net';
import { Wall, assert, call, equal, sleep, startDaemon, startRedis, state, unique, until } from './lib.mjs';

async function floor(scene, args = []) {
  const redis = await startRedis(scene);
  const daemon = await startDaemon(scene, { redis, args });
  await daemon.live();
  return { redis, daemon };
}

const same = async (wall, daemon, view) => JSON.stringify(sorted(wall.docs[view])) === JSON.stringify(sorted(await daemon.view(view)));

function sorted(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
}

// Reads nothing after the handshake and the subscription.
function deafWall(scene, daemon) {
  const socket = net.connect({ port: daemon.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: shiftwall.v1\r\n\r\n',
  );
  const text = JSON.stringify({ op: 'subscribe', site: 'main', views: ['agents'] });
  const frame = Buffer.alloc(6 + text.length);
  frame[0] = 0x81;
  frame[1] = 0x80 | text.length; // a mask of zeros
  frame.write(text, 6);
  socket.once('data', () => {
    socket.write(frame);
    socket.pause();
  });
  scene.onEnd(() => socket.destroy());
  return socket;
}

export default {
  async 'views, patches and the API agree'(scene) {
    const { redis, daemon } = await floor(scene);
    const views = ['site', 'queues', 'teams', 'agents', 'intervals'];
    const wall = new Wall(scene, daemon, { views });
    for (let i = 0; i < 40; i++) {
      await redis.emit([
        state(`a${i}`, 'ready', { team: i % 2 ? 'A' : 'B', queues: ['q'] }),
        call('queued', `c${i}`, { queue: i % 3 ? 'q' : 'r' }),
        ...(i % 2 ? [call('answered', `c${i}`, { agent: `a${i}` }), state(`a${i}`, 'talking')] : []),
      ]);
      await sleep(20);
    }
    for (const view of views) await until(`${view} is the same`, () => same(wall, daemon, view));
    const team = new Wall(scene, daemon, { views: ['agents/A'] });
    await until('a team', () => team.docs['agents/A']);
    equal(Object.keys(team.docs['agents/A'].agents).length, 20, 'agents of the team');
    equal(wall.faults, [], 'patches that did not fit');
    assert(wall.frames.some(frame => frame.op === 'view' && !frame.isFull), 'patches were sent');
  },

  async 'a wall that comes back goes on from what it has'(scene) {
    const { redis, daemon } = await floor(scene);
    const first = new Wall(scene, daemon, { views: ['queues'] });
    await redis.emit(call('queued', unique(), { queue: 'q' }));
    await until('a version', () => first.docs.queues?.queues?.q);
    first.socket.close();
    await redis.emit(call('queued', unique(), { queue: 'q' }));
    await until('it counts', async () => (await daemon.view('queues')).queues.q.today.offered === 2);
    const second = new Wall(scene, daemon, { views: [] });
    await second.opened;
    Object.assign(second.docs, first.docs);
    Object.assign(second.vers, first.vers);
    second.send({ op: 'subscribe', site: 'main', views: ['queues'], have: { queues: first.vers.queues } });
    await until('two calls', () => second.docs.queues.queues.q.today.offered === 2);
    assert(!second.frames.some(frame => frame.isFull), 'a patch, not the full view');
    equal(second.faults, [], 'patches that did not fit');
  },

  async 'a version nobody holds gives the full view'(scene) {
    const { daemon } = await floor(scene);
    const wall = new Wall(scene, daemon, { views: ['site'], have: { site: 'dead:17' } });
    await until('full', () => wall.frames.some(frame => frame.isFull));
  },

  async 'after a restart every wall gets the truth'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    for (let i = 0; i < 30; i++) await redis.emit(call('queued', unique(), { queue: 'q' }));
    await until('thirty', async () => (await daemon.view('queues')).queues.q?.today.offered === 30);
    const before = (await daemon.view('queues')).queues;
    await daemon.process.kill('SIGKILL');
    await redis.emit(call('queued', unique(), { queue: 'q' }));
    await daemon.start();
    await daemon.live();
    const after = (await daemon.view('queues')).queues;
    equal(after.q.today.offered, before.q.today.offered + 1, 'offered');
  },

  async 'a deaf wall is dropped, others are not held up'(scene) {
    const { redis, daemon } = await floor(scene, []);
    const wall = new Wall(scene, daemon, { views: ['agents'] });
    deafWall(scene, daemon);
    for (let round = 0; round < 400; round++) {
      const batch = [];
      for (let i = 0; i < 200; i++) batch.push(state(`a${round % 2 ? i : i + 200}`, round % 4 < 2 ? 'ready' : 'busy', { reason: `r${round}`, team: 'A' }));
      await redis.emit(batch);
      if ((await daemon.metric('shiftwall_clients_dropped_total{site="main",reason="slow"}')) >= 1) break;
      await sleep(30);
    }
    await until('dropped', async () => (await daemon.metric('shiftwall_clients_dropped_total{site="main",reason="slow"}')) >= 1, 60000);
    await until('the other has it all', () => same(wall, daemon, 'agents'));
    equal(wall.faults, [], 'patches that did not fit');
  },

  async 'limits and bad messages'(scene) {
    const { daemon } = await floor(scene);
    const big = new Wall(scene, daemon, { views: [] });
    await big.opened;
    big.send('x'.repeat(5000));
    await big.closed;
    const rude = new Wall(scene, daemon, { views: [] });
    await rude.opened;
    for (let i = 0; i < 9; i++) rude.send({ op: 'nonsense' });
    await rude.closed;
    const fast = new Wall(scene, daemon, { views: [] });
    await fast.opened;
    for (let i = 0; i < 60; i++) fast.send({ op: 'ping', t: i });
    await fast.closed;
    const lost = new Wall(scene, daemon, { views: ['no-such-view'] });
    await until('an error', () => lost.error);
    equal(lost.error.code, 'unknown_view', 'code');
    const elsewhere = new Wall(scene, daemon, { options: { origin: 'http://evil.example' } });
    let refused = false;
    await elsewhere.opened.catch(() => (refused = true));
    assert(refused, 'another origin is refused');
    assert((await daemon.metric('shiftwall_clients_refused_total{site="main",reason="origin"}')) >= 1, 'and counted');
    equal((await daemon.get('/healthz')).status, 200, 'up');
  },

  async 'a storm of walls'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const walls = Array.from({ length: 1000 }, () => new Wall(scene, daemon, { views: ['site', 'queues'] }));
    await Promise.all(walls.map(wall => wall.opened));
    await redis.emit(call('queued', unique(), { queue: 'q' }));
    await until('every wall has the call', () => walls.every(wall => wall.docs.queues?.queues?.q?.today.offered === 1), 60000);
    walls.forEach(wall => wall.socket.terminate());
    await until('all gone', async () => (await daemon.metric('shiftwall_clients{')) === 0);
    const again = Array.from({ length: 1000 }, () => new Wall(scene, daemon, { views: ['site'] }));
    await until('all back', () => again.every(wall => wall.docs.site), 60000);
  },

  async 'told to come back when the daemon stops'(scene) {
    const { daemon } = await floor(scene);
    const wall = new Wall(scene, daemon);
    await until('a view', () => wall.docs.site);
    deafWall(scene, daemon);
    await daemon.process.kill('SIGTERM');
    equal(daemon.process.code, 0, 'exit status');
    await wall.closed;
    equal(wall.close_.code, 4001, 'close code');
  },
};
