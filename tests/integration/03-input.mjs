// What producers may do wrong, and that none of it harms.
import { assert, call, equal, sanitized, startDaemon, startRedis, state, unique, until } from './lib.mjs';

const reject = (daemon, reason) => daemon.metric(`shiftwall_events_rejected_total{site="main",reason="${reason}"}`);

export default {
  async 'every refusal is counted by its reason'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const now = Date.now();
    const good = `"type":"call.queued","call":"c","queue":"q","ts":${now}`;
    const cases = {
      bad_json: ['{', `{${good}}x`, '{"a":01}', `{${good},"x":"\\u0000"}`, `{${good},"x":"\\ud800"}`],
      too_long: [`{${good},"pad":"${'x'.repeat(17000)}"}`],
      too_deep: [`{${good},"x":${'['.repeat(8)}${']'.repeat(8)}}`],
      duplicate_key: [`{${good},"call":"d"}`],
      bad_batch: ['[]', `[[{${good}}]]`, `[${Array(257).fill(`{${good}}`)}]`],
      not_object: ['[7]'],
      version: [`{${good},"v":2}`],
      unknown_type: [`{"type":"call.teleported","ts":${now}}`],
      missing: [`{"type":"call.queued","ts":${now},"call":"c"}`, '{"type":"notice","text":"x"}'],
      wrong_type: [`{"type":"call.queued","call":7,"queue":"q","ts":${now}}`, `{"type":"call.queued","call":"c","queue":"q","ts":${now}.0}`],
      out_of_range: [`{"type":"call.queued","call":"${'x'.repeat(65)}","queue":"q","ts":${now}}`, `{"type":"call.queued","call":"c","queue":"q","ts":-1}`],
      too_old: [`{"type":"call.queued","call":"c","queue":"q","ts":${now - 3 * 86400000}}`],
      future: [`{"type":"call.queued","call":"c","queue":"q","ts":${now + 600000}}`],
    };
    for (const messages of Object.values(cases)) for (const message of messages) await redis.emit(message);
    await redis.publish('neither JSON nor an ID');
    for (const [reason, messages] of Object.entries(cases)) {
      await until(`${reason} is counted`, async () => (await reject(daemon, reason)) === messages.length);
    }
    await until('bad_message is counted', async () => (await reject(daemon, 'bad_message')) === 1);
    const total = Object.values(cases).flat().length + 1;
    equal(await daemon.metric('shiftwall_events_received_total'), total, 'received');
    await until('the rejects are kept', async () => (await redis.client.send('XLEN', 'sw:{main}:rejects')) >= total);
  },

  async '200,000 malformed or hostile messages'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    let seed = 20261123;
    const random = n => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    const parts = ['{', '}', '[', ']', '"', ':', ',', '\\u0000', '\\', 'null', '-', '1e999', '"type"', '"call.queued"', '"ts"', String(Date.now()), '\u0000', '中', '\u200b', '{"type":"agent.state","ts":1}'];
    const message = i => {
      if (i % 5 === 0) return JSON.stringify({ type: 'call.answered', ts: Date.now() - random(60000), call: `h${random(500)}`, agent: `a${random(300)}`, queue: `q${random(40)}` });
      let text = '';
      for (let n = random(30) + 1; n > 0; n--) text += parts[random(parts.length)];
      return text;
    };
    const COUNT = 200000;
    let memory;
    for (let i = 0; i < COUNT; ) {
      const window = [];
      for (let n = 0; n < 2000; n++, i++) window.push(redis.publish(message(i)));
      await Promise.all(window);
      if (i === COUNT / 2) {
        await until('the first half is read', async () => (await daemon.metric('shiftwall_events_received_total')) >= COUNT / 2, 120000);
        memory = await daemon.metric('process_resident_memory_bytes');
      }
    }
    await until('all are counted', async () => (await daemon.metric('shiftwall_events_received_total')) >= COUNT, 120000);
    const after = await daemon.metric('process_resident_memory_bytes');
    // AddressSanitizer keeps what was freed
    assert(sanitized() || after < memory * 1.15 + 4e6, `memory is flat: ${memory} then ${after}`);
    const { body } = await daemon.get('/metrics');
    const sum = name => body.split('\n').filter(l => l.startsWith(name)).reduce((all, l) => all + Number(l.slice(l.lastIndexOf(' '))), 0);
    const counted = ['rejected', 'applied', 'duplicate', 'contradiction'].reduce((all, n) => all + sum(`shiftwall_events_${n}_total`), 0);
    equal(counted, sum('shiftwall_events_received_total'), 'every message is counted once');
    equal((await daemon.get('/healthz')).status, 200, 'up');
  },

  async 'batches, journaled and plain'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const batch = Array.from({ length: 256 }, () => call('queued', unique(), { queue: 'q' }));
    await redis.emit([...batch.slice(0, 255), { type: 'nothing' }]);
    await redis.publish(batch.slice(255));
    await until('256 calls', async () => (await daemon.view('queues')).queues.q?.today.offered === 256);
    equal(await reject(daemon, 'unknown_type') + (await reject(daemon, 'missing')), 1, 'the bad member');
  },

  async 'the same id twice counts once, also after a restart'(scene) {
    const redis = await startRedis(scene, { persistent: true });
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    const event = { ...call('queued', 'c1', { queue: 'q' }), id: 'once', src: 'pbx' };
    await redis.emit(event);
    await redis.emit(event);
    await redis.emit({ ...event, src: 'other', call: 'c2' });
    await until('two calls', async () => (await daemon.view('queues')).queues.q?.today.offered === 2);
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    await daemon.live();
    equal((await daemon.view('queues')).queues.q.today.offered, 2, 'offered');
    equal(await daemon.metric('shiftwall_events_duplicate_total'), 1, 'duplicates');
  },

  async 'an agent told by two producers stands once'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    await redis.emit(state('1', 'ready', { queues: ['q', 'r'], team: 'A' }));
    await redis.publish(state('1', 'ready', { queues: ['q', 'r'], team: 'A' }));
    await until('one agent', async () => (await daemon.view('site')).now.agents.ready === 1);
  },
};
