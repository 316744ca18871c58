// Redis away, refusing, resetting, silent, replaced: the walls say so, and every journaled event is in the figures
// once it is back.
import net from 'node:net';
import { Wall, assert, call, equal, freePort, startDaemon, startProxy, startRedis, unique, until } from './lib.mjs';

const offered = daemon => daemon.view('queues').then(view => view.queues.q?.today.offered ?? 0);

async function emitCalls(redis, count) {
  for (let i = 0; i < count; i++) await redis.emit(call('queued', unique(), { queue: 'q' }));
}

async function throughProxy(scene, harm) {
  const redis = await startRedis(scene);
  const proxy = await startProxy(scene, redis.target);
  const daemon = await startDaemon(scene, { redis: proxy.url });
  await daemon.live();
  const wall = new Wall(scene, daemon);
  await emitCalls(redis, 3);
  await until('three calls', async () => (await offered(daemon)) === 3);
  harm(proxy);
  await emitCalls(redis, 4);
  await until('seven calls', async () => (await offered(daemon)) === 7);
  await until('the wall is told', () => wall.frames.some(f => f.op === 'feed' && f.status !== 'live'));
  await until('live again', () => wall.feed?.status === 'live');
  equal(wall.faults, [], 'patches that did not fit');
}

export default {
  'down at start, then up'(scene) {
    return (async () => {
      const port = await freePort();
      const daemon = await startDaemon(scene, { redis: `redis://127.0.0.1:${port}` });
      const wall = new Wall(scene, daemon);
      await until('the wall knows', () => wall.feed?.status === 'stale');
      equal((await daemon.get('/readyz')).status, 503, 'ready');
      const redis = await startRedis(scene, { port });
      await daemon.live();
      await emitCalls(redis, 2);
      await until('two calls', async () => (await offered(daemon)) === 2);
    })();
  },

  'the connection ends (FIN)': scene => throughProxy(scene, proxy => proxy.fin()),
  'the connection is reset (RST)': scene => throughProxy(scene, proxy => proxy.rst()),

  async 'a black hole at connect'(scene) {
    // a listener that accepts nothing: its backlog is full after a few connections
    const server = net.createServer(() => {});
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    scene.onEnd(() => server.close());
    const daemon = await startDaemon(scene, { redis: `redis://127.0.0.1:${server.address().port}` });
    await until('it is said', async () => (await daemon.view('site')).feed.status === 'stale' && (await daemon.view('site')).feed.reason);
  },

  async 'a subscription that is silently dead'(scene) {
    const redis = await startRedis(scene);
    const proxy = await startProxy(scene, redis.target);
    const daemon = await startDaemon(scene, { redis: proxy.url });
    await daemon.live();
    proxy.hole = true;
    await emitCalls(redis, 2);
    await until('the silence is noticed', async () => (await daemon.get('/readyz')).status === 503, 60000);
    proxy.hole = false;
    await until('both calls', async () => (await offered(daemon)) === 2, 60000);
  },

  async 'killed with kill -9 and back with its journal'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    await emitCalls(redis, 50);
    await redis.stop('SIGKILL');
    await until('stale', async () => (await daemon.get('/readyz')).status === 503);
    const stale = (await daemon.view('site')).feed;
    assert(stale.since > 0 && stale.status === 'stale', 'since when');
    await redis.start();
    await emitCalls(redis, 50);
    await until('one hundred calls', async () => (await offered(daemon)) === 100);
    assert((await daemon.view('site')).feed.incomplete_since === undefined, 'nothing is incomplete');
  },

  async 'the journal is replaced (FLUSHALL)'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const wall = new Wall(scene, daemon, { views: ['site', 'queues'] });
    await emitCalls(redis, 5);
    await until('the wall has the five', () => wall.docs.queues?.queues?.q?.today.offered === 5);
    const epoch = wall.vers.queues.split(':')[0];
    await redis.client.send('FLUSHALL');
    await emitCalls(redis, 2);
    await until('two of the new journal', async () => (await offered(daemon)) === 2);
    await until('the wall says incomplete', () => wall.feed?.status === 'incomplete');
    await until('the wall has the two', () => wall.docs.queues?.queues?.q?.today.offered === 2);
    assert(wall.vers.queues.split(':')[0] !== epoch, 'a new epoch');
    equal(wall.faults, [], 'patches that did not fit');
  },

  async 'a gap is read from the journal'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    await emitCalls(redis, 1);
    await until('one', async () => (await offered(daemon)) === 1);
    // written behind the channel's back: nobody is told of it
    const last = (await redis.client.send('XREVRANGE', 'sw:{main}:journal', '+', '-', 'COUNT', 1))[0][0];
    await redis.client.send('XADD', 'sw:{main}:journal', '*', 'e', JSON.stringify(call('queued', unique(), { queue: 'q' })), 'p', last);
    await emitCalls(redis, 1);
    await until('three', async () => (await offered(daemon)) === 3);
    assert((await daemon.metric('shiftwall_feed_gaps_total')) >= 1, 'the gap is counted');
  },

  async 'a forged ID neither hides nor doubles'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    await emitCalls(redis, 1);
    await until('one', async () => (await offered(daemon)) === 1);
    const last = (await redis.client.send('XREVRANGE', 'sw:{main}:journal', '+', '-', 'COUNT', 1))[0][0];
    await redis.publish(`99999999999999-0 ${last} ${JSON.stringify(call('queued', 'forged', { queue: 'q' }))}`);
    await emitCalls(redis, 2);
    // who may publish may send plain events, so the forged one is a call like any; its ID must do no harm
    await until('three, and the forged one', async () => (await offered(daemon)) === 4);
    await emitCalls(redis, 1);
    await until('one more', async () => (await offered(daemon)) === 5);
    equal((await daemon.view('site')).feed.rejected, 0, 'rejected');
  },

  async 'the subscriber is cut off for its output buffer'(scene) {
    const redis = await startRedis(scene, { args: ['--client-output-buffer-limit', 'pubsub 64kb 0 0'] });
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    daemon.process.child.kill('SIGSTOP');
    const ids = Array.from({ length: 4000 }, () => unique());
    await Promise.all(ids.map(id => redis.emit(call('queued', id, { queue: 'q', pad: 'x'.repeat(200) }))));
    daemon.process.child.kill('SIGCONT');
    await until('all four thousand', async () => (await offered(daemon)) === 4000, 60000);
  },

  async 'a wrong password is said and retried'(scene) {
    const redis = await startRedis(scene, { args: ['--requirepass', 'right'] });
    const wrong = redis.url.replace('unix://', 'redis+unix://:wrong@');
    const daemon = await startDaemon(scene, { redis: wrong });
    await until('the reason', async () => /WRONGPASS|invalid/i.test((await daemon.view('site')).feed.reason ?? ''));
    assert(!daemon.process.err.includes('wrong@'), 'the password is not in the log');
  },

  async 'plain and journaled at once'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    for (let i = 0; i < 100; i++) {
      await redis.emit(call('queued', `j${i}`, { queue: 'q' }));
      await redis.publish(call('queued', `p${i}`, { queue: 'q' }));
    }
    await until('two hundred', async () => (await offered(daemon)) === 200);
    equal(await daemon.metric('shiftwall_feed_messages_plain_total'), 100, 'plain');
  },

  async 'after a restart, plain events of today are said to be missing'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    await redis.publish(call('queued', unique(), { queue: 'q' }));
    await until('the mark', () => redis.client.send('GET', 'sw:{main}:view:plain'));
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    const wall = new Wall(scene, daemon);
    await until('the wall says incomplete', () => wall.feed?.status === 'incomplete');
    const { feed, day_start } = await daemon.view('site');
    equal(feed.incomplete_since, day_start, 'since the start of the day');
  },
};
