// Two daemons of one site: one serves, the other stands by and takes over; nothing is recorded twice.
import path from 'node:path';
import { SLOW, assert, call, equal, sleep, startDaemon, startRedis, state, until } from './lib.mjs';

async function pair(scene, { shared = false } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const data = n => path.join(scene.dir, shared ? 'data' : `data${n}`);
  const first = await startDaemon(scene, { redis, args: ['--data', data(1)] });
  await first.live();
  const second = await startDaemon(scene, { redis, args: ['--data', data(2)] });
  await until('the second stands by', () => /lease.standing_by/.test(second.process.err));
  return { redis, first, second };
}
const records = async daemon => (await daemon.send('GET', 'audit')).body.records;

export default {
  async 'the second says that it stands by, and takes over in five seconds'(scene) {
    const { redis, first, second } = await pair(scene);
    equal((await second.get('/healthz')).status, 200, 'it is well');
    const ready = await second.get('/readyz');
    equal([ready.status, /standing by/.test(ready.body)], [503, true], 'but not ready');
    equal((await second.get('/api/v1/sites/main/views/site')).status, 503, 'and shows nothing');
    equal(await second.metric('shiftwall_standing_by'), 1, 'its metrics say so');
    await redis.emit([state('1', 'ready'), call('queued', 'c1', { queue: 'sales' })]);
    await until('the first serves', async () => (await first.view('queues')).queues.sales?.now.waiting === 1);
    const killed = Date.now();
    await first.process.kill('SIGKILL');
    await second.live();
    const took = Date.now() - killed;
    assert(took < 15_000 * SLOW, `taken over in ${took} ms`); // 5 s on a machine that does nothing else
    equal((await second.view('queues')).queues.sales.now.waiting, 1, 'with all that happened');
    assert((await second.metric('shiftwall_lease_fence')) > 1, 'a later term');
    await first.start();
    await until('who comes back stands by', () => /lease.standing_by/.test(first.process.err));
    await second.process.kill('SIGTERM');
    await first.live();
    equal(/lease.held fence=3/.test(first.process.err), true, first.process.err);
  },

  async 'who was stopped for a while and goes on records nothing, and ends'(scene) {
    const { redis, first, second } = await pair(scene);
    await redis.emit([state('1', 'ready'), state('2', 'ready')]);
    await until('the first serves', async () => Object.keys((await first.view('agents')).agents).length === 2);
    first.process.child.kill('SIGSTOP');
    const grant = { agent: '1', kind: 'busy', from: Date.now(), to: Date.now() + 60_000, reason: '打印机' };
    const late = first.send('POST', 'grants', grant).catch(error => error); // waits in the stopped one's socket
    await second.live();
    equal((await second.send('POST', 'grants', grant)).status, 201, 'the second records');
    first.process.child.kill('SIGCONT');
    await first.process.ended;
    equal(first.process.code, 1, 'the first ends: its service manager starts it anew');
    assert(/lease.lost/.test(first.process.err), first.process.err);
    const answer = await late;
    assert(answer instanceof Error || answer.status === 503, `nothing was confirmed by it: ${answer.status}`);
    await first.start();
    await until('it stands by', () => /lease.standing_by/.test(first.process.err));
    equal((await records(second)).filter(r => r.kind === 'grant').length, 1, 'recorded once');
  },

  async 'one that was stopped, with nobody beside it, goes on and loses nothing'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data')] });
    await daemon.live();
    await redis.emit(state('1', 'ready'));
    await until('an agent', async () => (await daemon.view('agents')).agents['1']);
    daemon.process.child.kill('SIGSTOP');
    const grant = { agent: '1', kind: 'busy', from: Date.now(), to: Date.now() + 60_000, reason: 'x' };
    const late = daemon.send('POST', 'grants', grant);
    await sleep(5000); // longer than the lease
    await redis.emit(state('1', 'break'));
    daemon.process.child.kill('SIGCONT');
    equal((await late).status, 201, 'what waited is recorded');
    await daemon.live();
    await until('and the floor goes on', async () => (await daemon.view('agents')).agents['1'].state === 'break');
  },

  async 'Redis away: the site is served, and leaders are recorded'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const daemon = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data')] });
    await daemon.live();
    await redis.emit(state('1', 'ready'));
    await until('an agent', async () => (await daemon.view('agents')).agents['1']);
    await redis.stop();
    await until('stale', async () => (await daemon.get('/readyz')).status === 503);
    await sleep(4500);
    const grant = { agent: '1', kind: 'busy', from: Date.now(), to: Date.now() + 60_000, reason: 'x' };
    equal((await daemon.send('POST', 'grants', grant)).status, 201, 'recorded');
    await redis.start();
    await daemon.live();
    await daemon.process.kill('SIGKILL');
    await redis.stop();
    await daemon.start();
    equal((await until('it starts without Redis', async () => {
      const answer = await daemon.send('GET', 'audit');
      return answer.status === 200 && answer;
    })).body.records.filter(r => r.kind === 'grant').length, 1, 'and has what was recorded');
  },

  async 'two over one data folder: the same'(scene) {
    const { redis, first, second } = await pair(scene, { shared: true });
    await redis.emit(state('1', 'ready'));
    await until('the first serves', async () => (await first.view('agents')).agents['1']);
    const grant = { agent: '1', kind: 'busy', from: Date.now(), to: Date.now() + 60_000, reason: 'x' };
    equal((await first.send('POST', 'grants', grant)).status, 201, 'recorded');
    await first.process.kill('SIGKILL');
    await second.live();
    equal((await records(second)).filter(r => r.kind === 'grant').length, 1, 'the second knows it');
    await second.process.kill('SIGKILL');
    await second.start();
    await second.live();
    equal((await records(second)).filter(r => r.kind === 'grant').length, 1, 'and after it came back');
  },
};
