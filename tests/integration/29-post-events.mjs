// Events over HTTP: a token for each producer, batches, and nothing lost or doubled whatever breaks on the way.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import { assert, call, equal, root, SLOW, sleep, startDaemon, startProxy, startRedis, state, toolPath, unique, until, Wall } from './lib.mjs';
import { addProducer as add, addUser, ask, pair, producer, signIn } from './doors.mjs';

const S = '/api/v1/sites/main';
const EVENTS = `${S}/events`;
const dataOf = scene => path.join(scene.dir, 'data');

const post = (daemon, token, body, { type, headers = {}, path: path_ = EVENTS, cookie } = {}) =>
  ask(daemon, 'POST', path_, { body, type, cookie, headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers } });

/** A daemon with a data folder, and a producer's token. */
async function stage(scene, { name = 'desk', args = [], config, redis: given, persistent = false } = {}) {
  const token = add(scene, name);
  const redis = given ?? (await startRedis(scene, { persistent }));
  const all = ['--data', dataOf(scene), ...args];
  if (config) {
    fs.writeFileSync(path.join(scene.dir, 'c.yaml'), config);
    all.push('--config', path.join(scene.dir, 'c.yaml'));
  }
  const daemon = await startDaemon(scene, { redis, args: all });
  await daemon.live();
  return { redis, daemon, token };
}

const journal = async redis => (await redis.client.send('XRANGE', 'sw:{main}:journal', '-', '+')).map(([id, fields]) => ({ id, events: [JSON.parse(fields[1])].flat() }));
const offered = async daemon => Object.values((await daemon.view('queues')).queues).reduce((sum, q) => sum + q.today.offered, 0);
const audit = (redis, daemon) => spawnSync(toolPath, ['audit', '--redis', redis.url, '--site', 'main', '--url', daemon.url], { encoding: 'utf8', timeout: 60000 * SLOW });
const queued = (id, more = {}) => ({ ...call('queued', id, { queue: 'q' }), id, ...more });
const countOf = (text, name) => Number(text.split('\n').find(l => l.startsWith(name))?.split(' ').at(-1));

export default {
  async 'one event, a batch, lines: what became of each is told, and each is on its way once'(scene) {
    const { redis, daemon, token } = await stage(scene, { name: '客服桌面' });
    const one = await post(daemon, token, queued('c1'));
    equal([one.status, one.body.accepted, one.body.rejected], [202, 1, []], one.text);
    const mixed = await post(daemon, token, [
      queued('c2', { src: '客服桌面' }), queued('c3', { src: 'another' }), { ...queued('c4'), type: 'call.lost' }, 7, [queued('c5')].length, queued('c6', { ts: Date.now() + 400_000 }),
      queued('c7', { ts: 1 }), { ...queued('c8'), queue: undefined }, queued('来电九', { queue: '热线 "🎧"' }),
    ]);
    equal(mixed.status, 202, mixed.text);
    equal([mixed.body.accepted, mixed.body.rejected.map(r => `${r.index} ${r.why}`)], [2, ['1 foreign_src', '2 unknown_type', '3 not_object', '4 not_object', '5 future', '6 too_old', '7 missing']], 'each by its place');
    const lines = await post(daemon, token, `${JSON.stringify(queued('l1'))}\r\n\n  ${JSON.stringify(queued('l2'))}\n[]\nnonsense`, { type: 'application/x-ndjson; charset=utf-8' });
    equal([lines.status, lines.body.accepted, lines.body.rejected.map(r => `${r.index} ${r.why}`)], [202, 2, ['2 bad_batch', '3 bad_json']], 'lines');
    const entries = await journal(redis);
    equal(entries.map(e => e.id), [one, mixed, lines].map(a => a.body.id), 'the id is the journal\'s');
    equal(entries.flatMap(e => e.events).map(e => [e.id, e.src]), ['c1', 'c2', '来电九', 'l1', 'l2'].map(id => [id, '客服桌面']), 'with the producer\'s name, in order');
    await until('all are counted', async () => (await offered(daemon)) === 5);
    assert((await daemon.view('queues')).queues['热线 "🎧"'], 'as it was written');
    const rejects = (await redis.client.send('XRANGE', 'sw:{main}:rejects', '-', '+')).map(([, f]) => f[1]);
    equal(rejects, ['foreign_src', 'unknown_type', 'not_object', 'not_object', 'future', 'too_old', 'missing', 'bad_batch', 'bad_json'], 'what was refused is kept');
    const again = await post(daemon, token, [queued('c1'), queued('c2'), queued('fresh')]);
    equal(again.body.accepted, 3, 'sent again');
    await until('only what is new counts', async () => (await offered(daemon)) === 6);
    equal(await daemon.metric('shiftwall_events_duplicate_total'), 2, 'repetitions are counted');
    const text = (await daemon.get('/metrics')).body;
    equal([countOf(text, 'shiftwall_posted_events_total{site="main",producer="客服桌面",result="accepted"}'), countOf(text, 'shiftwall_posted_events_total{site="main",producer="客服桌面",result="rejected"}')], [8, 9], 'counted by producer');
    equal([countOf(text, 'shiftwall_posted_events_rejected_total{site="main",reason="foreign_src"}'), countOf(text, 'shiftwall_posted_events_rejected_total{site="main",reason="not_object"}')], [1, 2], 'and by reason');
    equal(audit(redis, daemon).status, 0, 'the audit agrees');
  },

  async 'one connection carries many posts'(scene) {
    const { daemon, token } = await stage(scene);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    scene.onEnd(() => agent.destroy());
    const ports = new Set();
    const send = body =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const request = http.request(daemon.url + EVENTS, { method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, response => {
          ports.add(response.socket.localPort);
          response.resume().on('end', () => resolve(response.statusCode));
        });
        request.on('error', reject).end(text);
      });
    const statuses = [];
    for (let i = 0; i < 100; i++) statuses.push(await send(i % 10 ? Array.from({ length: i }, (_, k) => queued(`${i}.${k}`)) : [{}]));
    equal(statuses.map((s, i) => s === (i % 10 ? 202 : 400)).indexOf(false), -1, `each is answered: ${statuses}`);
    equal(ports.size, 1, 'on the same connection');
    const want = Array.from({ length: 100 }, (_, i) => (i % 10 ? i : 0)).reduce((a, b) => a + b);
    await until('all are counted', async () => (await offered(daemon)) === want);
  },

  async 'a day that is posted comes to the same as a day that is published'(scene) {
    // the golden day, ending a minute ago, with a morning of calls in between
    const lines = fs.readFileSync(path.join(root, 'tests/golden/default-day.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
    const last = Math.max(...lines.map(e => e.ts)), shift = Date.now() - 60_000 - last;
    const day = lines.map((e, i) => ({ ...e, ts: e.ts + shift, ...(e.until ? { until: e.until + shift } : {}), id: `d${i}` }));
    for (let i = 0; i < 900; i++) {
      const ts = day[0].ts + i * 30_000, id = `呼叫-${i}`, agent = `坐席${i % 40}`;
      day.push({ type: 'call.queued', ts, call: id, queue: `队列${i % 5}`, id: `${id}q` });
      if (i % 7) day.push({ type: 'call.answered', ts: ts + (i % 60) * 1000, call: id, agent, id: `${id}a` }, { type: 'call.ended', ts: ts + 100_000, call: id, id: `${id}e` });
      else day.push({ type: 'call.abandoned', ts: ts + 25_000, call: id, id: `${id}b` });
    }
    day.sort((a, b) => a.ts - b.ts);
    const file = path.join(scene.dir, 'day.jsonl');
    fs.writeFileSync(file, day.map(e => `${JSON.stringify(e)}\n`).join(''));
    const { redis, daemon, token } = await stage(scene, { name: 'chat-bot' });
    const other = await startRedis({ ...scene, dir: fs.mkdtempSync(path.join(scene.dir, 'other-')), onEnd: fn => scene.onEnd(fn) });
    const reference = await startDaemon(scene, { redis: other, args: [] });
    await reference.live();
    const sent = spawnSync(toolPath, ['publish', '--redis', other.url, '--site', 'main', file], { encoding: 'utf8' });
    equal(sent.status, 0, sent.stderr);
    for (let at = 0, size = 1; at < day.length; at += size, size = (size * 2) % 255 || 1) {
      const answer = await post(daemon, token, day.slice(at, at + size));
      equal([answer.status, answer.body.rejected], [202, []], answer.text);
    }
    const views = ['queues', 'teams', 'agents', 'intervals'];
    for (const view of views) await until(`${view} are the same`, async () => JSON.stringify(sorted(await daemon.view(view))) === JSON.stringify(sorted(await reference.view(view))));
    equal((await daemon.view('queues')).queues['队列1'].today.offered + (await daemon.view('queues')).queues['队列2'].today.offered > 0, true, 'and are figures');
    const came = (await journal(redis)).flatMap(e => e.events);
    equal([came.length, came.every(e => e.src === 'chat-bot')], [day.length, true], 'all are there');
    const copy = path.join(scene.dir, 'journal.jsonl');
    fs.writeFileSync(copy, came.map(e => `${JSON.stringify(e)}\n`).join(''));
    const replay = of => spawnSync(toolPath, ['replay', of], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const [one, two] = [replay(file), replay(copy)];
    equal([one.status, two.status], [0, 0], one.stderr + two.stderr);
    equal(two.stdout, one.stdout, 'the report of the journal is the report of the file');
    for (const [r, d] of [[redis, daemon], [other, reference]]) {
      const { status, stdout } = audit(r, d);
      equal(status, 0, stdout);
    }
  },

  async 'cut connections and kill -9 in the middle double nothing and lose nothing'(scene) {
    const { redis, daemon, token } = await stage(scene, { persistent: true });
    const proxy = await startProxy(scene, { port: daemon.port, host: '127.0.0.1' });
    const via = { url: proxy.url.replace('redis', 'http') };
    const COUNT = 60, SIZE = 20;
    let tries = 0, done = 0;
    const batches = Array.from({ length: COUNT }, (_, i) => Array.from({ length: SIZE }, (_, k) => queued(`${i}.${k}`)));
    const deliver = async batch => {
      for (;;) {
        tries++;
        const answer = await Promise.race([post(via, token, batch), sleep(8000).then(() => ({ status: 0 }))]).catch(() => ({ status: 0 }));
        if (answer.status === 202) return void done++;
        assert([0, 429, 503].includes(answer.status), `${answer.status} ${answer.text}`);
        await sleep(30);
      }
    };
    const workers = Array.from({ length: 4 }, async (_, w) => {
      for (let i = w; i < COUNT; i += 4) await deliver(batches[i]);
    });
    const breaking = (async () => {
      for (let round = 0; done < COUNT && round < 12; round++) {
        await until('some more', () => done >= Math.min(COUNT, round * 4), 60_000);
        if (round % 3 < 2) proxy.rst();
        else {
          await daemon.process.kill('SIGKILL');
          await daemon.start();
        }
      }
    })();
    await Promise.all([...workers, breaking]);
    // what was cut off after Redis had it: once more all of it, as a producer that does not know does
    for (const batch of batches.slice(0, 10)) await deliver(batch);
    await daemon.live();
    assert(tries > COUNT + 10, `something was cut: ${tries} tries`);
    await until('each once', async () => (await offered(daemon)) === COUNT * SIZE);
    const { status, stdout, stderr } = audit(redis, daemon);
    equal(status, 0, stdout + stderr);
    const ids = (await journal(redis)).flatMap(e => e.events).map(e => e.id);
    assert(ids.length >= COUNT * SIZE + 10 * SIZE && new Set(ids).size === COUNT * SIZE, 'the repetitions came to the journal');
  },

  async 'Redis away: nothing is accepted, and later all is'(scene) {
    const { redis, daemon, token } = await stage(scene, { persistent: true });
    equal((await post(daemon, token, queued('before'))).status, 202, 'before');
    await redis.stop();
    await until('the daemon knows', async () => (await daemon.get('/readyz')).status === 503);
    const away = await post(daemon, token, [queued('while'), queued('while2')]);
    equal([away.status, away.body.status, Number(away.headers['retry-after']) > 0], [503, 503, true], away.text);
    assert((await daemon.metric('shiftwall_posts_refused_total{site="main",reason="redis"}')) >= 1, 'counted');
    await redis.start();
    await daemon.live();
    await until('then it is taken', async () => (await post(daemon, token, [queued('while'), queued('while2')])).status === 202);
    await until('each once', async () => (await offered(daemon)) === 3);
    equal((await daemon.metric('shiftwall_posted_events_total{site="main",producer="desk",result="accepted"}')), 3, 'and what was not acknowledged is not counted as accepted');
  },

  async 'Redis that swallows: the window is bounded, and what was told as refused may be sent again'(scene) {
    const redis = await startRedis(scene);
    const proxy = await startProxy(scene, redis.target);
    const others = ['p1', 'p2', 'p3', 'p4'].map(name => add(scene, name));
    const { daemon, token } = await stage(scene, { redis: proxy });
    proxy.hole = true;
    const waiting = [];
    const inFlight = count => until(`${count} wait`, async () => (await daemon.metric('shiftwall_posts_in_flight')) === count);
    const hold = (by, name) => {
      for (let i = 0; i < 16; i++) waiting.push(post(daemon, by, queued(`${name}${i}`)));
    };
    hold(token, 'd');
    await inFlight(16);
    const own = await post(daemon, token, queued('one more'));
    equal([own.status, own.headers['retry-after']], [429, '1'], 'a producer has its part of it');
    others.slice(0, 3).forEach((by, n) => hold(by, `o${n}.`));
    await inFlight(64);
    const full = await post(daemon, others[3], queued('another'));
    equal([full.status, full.headers['retry-after']], [503, '1'], 'full is full');
    equal(await daemon.metric('shiftwall_posts_refused_total{site="main",reason="in_flight"}'), 1, 'counted');
    equal(await daemon.metric('shiftwall_posts_refused_total{site="main",reason="window"}'), 1, 'counted');
    const answers = await Promise.all(waiting);
    equal([...new Set(answers.map(a => a.status))], [503], 'nobody is told that it is safe');
    await inFlight(0);
    proxy.hole = false;
    proxy.rst();
    await daemon.live();
    for (let i = 0; i < 16; i++) await until('sent again', async () => (await post(daemon, token, queued(`d${i}`))).status === 202);
    await until('each once', async () => (await offered(daemon)) === 16);
    equal(audit(redis, daemon).status, 0, 'the audit agrees');
    proxy.hole = true;
    const last = post(daemon, token, queued('last')).catch(error => error);
    await inFlight(1);
    await daemon.process.kill('SIGTERM');
    equal(daemon.process.code, 0, 'it ends in order with one on its way');
    const told = await last;
    assert(told instanceof Error || told.status === 503, `which is not told to be safe: ${told.status}`);
  },

  async 'what is too large, too much, or not what it says'(scene) {
    const { redis, daemon, token } = await stage(scene, { config: 'posted_events_per_second: 1000\n' });
    const sized = (id, bytes) => ({ ...queued(id), pad: 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify({ ...queued(id), pad: '' }))) });
    const refused = {
      'more than 64 KiB': [() => post(daemon, token, ' '.repeat(65536) + JSON.stringify(queued('c'))), 413],
      'more than a body may be': [() => post(daemon, token, 'x'.repeat(2 << 20)), 413],
      'an event of more than 16 KiB': [() => post(daemon, token, sized('big', 16385)), 413],
      'an event of more than 16 KiB with its src': [() => post(daemon, token, sized('big', 16384)), 413],
      'longer than 64 KiB with its src': [() => post(daemon, token, [1, 2, 3, 4].map(n => sized(`${n}`, 16371))), 413],
      '257 events': [() => post(daemon, token, Array.from({ length: 257 }, (_, i) => queued(`m${i}`))), 400],
      '257 lines': [() => post(daemon, token, Array.from({ length: 257 }, (_, i) => JSON.stringify(queued(`m${i}`))).join('\n'), { type: 'application/x-ndjson' }), 400],
      'no event': [() => post(daemon, token, '[]'), 400],
      'nothing': [() => post(daemon, token, ''), 400],
      'no lines': [() => post(daemon, token, '\n\n', { type: 'application/x-ndjson' }), 400],
      'a batch in a batch': [() => post(daemon, token, [[queued('c')]]), 400],
      'half a batch': [() => post(daemon, token, JSON.stringify([queued('c'), queued('d')]).slice(0, -9)), 400],
      'half a character': [() => post(daemon, token, JSON.stringify(queued('c')).replace('"q"', '"\\ud800"')), 400],
      'a name twice': [() => post(daemon, token, '{"type":"notice","type":"notice","ts":1,"text":"x"}'), 400],
      'another\'s events': [() => post(daemon, token, [queued('c', { src: 'pbx' }), queued('d', { src: '' })]), 403],
      'text': [() => post(daemon, token, queued('c'), { type: 'text/plain' }), 415],
      'a form': [() => post(daemon, token, 'type=notice', { type: 'application/x-www-form-urlencoded' }), 415],
      'GET': [() => ask(daemon, 'GET', EVENTS, { headers: { authorization: `Bearer ${token}` } }), 405],
      'another site': [() => post(daemon, token, queued('c'), { path: '/api/v1/sites/other/events' }), 404],
    };
    const wrong = [];
    for (const [name, [run, status]] of Object.entries(refused)) {
      const answer = await run();
      if (answer.status !== status || (answer.body && answer.body.status !== status)) wrong.push(`${name}: ${answer.status} ${answer.text}, ${status} expected`);
    }
    equal(wrong, [], 'refused');
    equal((await journal(redis)).length, 0, 'nothing of it is in the journal');
    const text = (await daemon.get('/metrics')).body;
    for (const [reason, least] of [['too_large', 2], ['unreadable', 9], ['media_type', 2]])
      assert(countOf(text, `shiftwall_posts_refused_total{site="main",reason="${reason}"}`) >= least, `${reason} is counted`);
    const whole = await post(daemon, token, [1, { ...queued('x'), type: 'y' }]);
    equal([whole.status, whole.body.accepted, whole.body.rejected], [400, 0, [{ index: 0, why: 'not_object' }, { index: 1, why: 'unknown_type' }]], 'what is wrong with each is told');
    equal((await post(daemon, token, Array.from({ length: 256 }, (_, i) => queued(`ok${i}`)))).status, 202, '256 are good');
    await until('counted', async () => (await offered(daemon)) === 256);
  },

  async 'too fast: a producer has to wait, others do not'(scene) {
    const other = add(scene, 'other');
    const { daemon, token } = await stage(scene, { config: 'posted_events_per_second: 50\n' });
    const many = (name, count) => Array.from({ length: count }, (_, i) => queued(`${name}${i}`));
    equal((await post(daemon, token, many('a', 250))).status, 202, 'what was saved up');
    equal((await post(daemon, token, many('b', 200))).status, 202, 'the last one may be more than is left');
    const limited = await post(daemon, token, queued('c'));
    equal([limited.status, Number(limited.headers['retry-after']) >= 1], [429, true], limited.text);
    equal((await post(daemon, other, queued('d'))).status, 202, 'another producer');
    equal(await daemon.metric('shiftwall_posts_refused_total{site="main",reason="rate"}'), 1, 'counted');
    await until('then it goes on', async () => (await post(daemon, token, queued('c'))).status === 202);
    equal((daemon.process.err.match(/events\.limited producer=desk/g) ?? []).length, 1, 'told once');
    assert(/events\.unlimited producer=desk/.test(daemon.process.err), 'and that it is over');
    await until('each once', async () => (await offered(daemon)) === 452);
  },

  async 'tokens: made, rotated, revoked, for one site, by the command line and in the console'(scene) {
    const elsewhere = add(scene, 'desk', ['--site', 'north']);
    const { daemon, token } = await stage(scene);
    const ok = async (by, id = unique()) => (await post(daemon, by, queued(id))).status;
    equal([await ok(token), await ok(elsewhere)], [202, 403], 'a token is for its site');
    equal([producer(scene, ['add', 'desk']).status, producer(scene, ['add', 'a b']).status, producer(scene, ['revoke', 'none']).status, producer(scene, ['add']).status], [1, 1, 1, 2], 'what cannot be');
    const used = () => /last used (\S+)/.exec(producer(scene, ['list']).out)?.[1];
    await until('its last use is known', () => used() !== 'never');
    const rotated = producer(scene, ['rotate', 'desk']);
    const next = rotated.out.trim();
    assert(rotated.status === 0 && next !== token, rotated.err);
    await until('the new one is good', async () => (await ok(next)) === 202);
    const old = await post(daemon, token, queued('old'));
    equal([old.status, old.headers['www-authenticate']], [401, 'Bearer error="invalid_token"'], 'the old one is not');
    const list = await ask(daemon, 'GET', `${S}/producers`);
    equal(list.body.producers.map(p => [p.name, typeof p.used, p.accepted >= 2, p.token]), [['desk', 'number', true, undefined]], `this site's, with what they did: ${list.text}`);
    assert(!list.text.includes(next) && !/[0-9a-f]{64}/.test(list.text), 'and no token');
    equal((await ask(daemon, 'DELETE', `${S}/producers/none`)).status, 404, 'no such producer');
    const chat = add(scene, 'chat');
    await until('another', async () => (await ok(chat)) === 202);
    equal((await ask(daemon, 'DELETE', `${S}/producers/chat`)).status, 200, 'revoked in the console');
    equal(await ok(chat), 401, 'at once');
    equal(producer(scene, ['revoke', 'desk']).status, 0, 'revoked on the command line');
    await until('within seconds', async () => (await ok(next)) === 401);
    equal((await daemon.send('GET', 'audit?kind=producer*')).body.records.map(r => [r.kind, r.key, r.role]).reverse(),
      [['producer.add', 'desk', 'command line'], ['producer.rotate', 'desk', 'command line'], ['producer.add', 'chat', 'command line'], ['producer.revoke', 'chat', 'manager'], ['producer.revoke', 'desk', 'command line']], 'on record');
    equal(producer(scene, ['list', '--site', 'north']).out.includes('desk'), true, 'another site\'s stays');
    for (const secret of [token, next, chat, elsewhere])
      for (const where of [daemon.process.err, daemon.process.out, fs.readFileSync(path.join(dataOf(scene), 'shiftwall.db'), 'latin1')]) assert(!where.includes(secret), 'no token is in the log or the store');
    await daemon.process.kill('SIGKILL');
    await daemon.start();
    await daemon.live();
    equal([await ok(next), await ok(elsewhere)], [401, 403], 'and so it stays');
    // the same token for the other daemon of a site, which has a store of its own
    const given = (args, input) => spawnSync(toolPath, ['producer', 'add', '--data', dataOf(scene), '--token-stdin', ...args], { input, encoding: 'utf8' });
    for (const bad of ['', 'short\n', `${'G'.repeat(64)}\n`, `${'a'.repeat(65)}\n`]) equal(given(['twin'], bad).status, 1, `no token: ${bad}`);
    const twin = given(['twin'], `${'ab'.repeat(32)}\n`);
    equal([twin.status, twin.stdout], [0, ''], twin.stderr);
    equal(given(['other-twin'], `${'ab'.repeat(32)}\n`).status, 1, 'a token is one producer\'s');
    await until('it counts', async () => (await ok('ab'.repeat(32))) === 202);
    for (let i = 0; i < 63; i++) producer(scene, ['add', `n${i}`]);
    equal([producer(scene, ['add', 'one-too-many']).status, producer(scene, ['list']).out.trim().split('\n').length], [1, 64], 'at most 64');
  },

  async 'who needs a token: nobody here while nobody has one, everybody else always'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis, args: ['--data', dataOf(scene)] });
    await daemon.live();
    const far = { 'x-forwarded-for': '10.0.0.9' };
    equal((await post(daemon, '', queued('here', { src: 'script' }))).status, 202, 'at this machine');
    equal((await journal(redis))[0].events[0].src, 'script', 'as it says itself');
    equal((await post(daemon, '', queued('far'), { headers: far })).status, 401, 'not through a proxy that nobody trusts');
    equal((await post(daemon, '', queued('evil'), { headers: { origin: 'https://evil.example' } })).status, 403, 'not by a page of elsewhere');
    equal((await post(daemon, 'f'.repeat(64), queued('forged'))).status, 401, 'and a wrong token is wrong');
    const token = add(scene, 'desk');
    await until('once there is a producer, not here either', async () => (await post(daemon, '', queued('here2'))).status === 401);
    equal((await post(daemon, token, queued('with'), { headers: far })).status, 202, 'with its token, from anywhere');
    producer(scene, ['revoke', 'desk']);
    await until('open again', async () => (await post(daemon, '', queued('here3'))).status === 202);
    addUser(scene, 'admin', 'admin');
    await until('not once there are accounts', async () => (await post(daemon, '', queued('here4'))).status === 401);
    const { cookie } = await signIn(daemon, 'admin');
    equal((await post(daemon, '', queued('person'), { cookie })).status, 403, 'people are no producers');
    equal((await ask(daemon, 'GET', `${S}/producers`, { cookie })).status, 200, 'but admins see who is');
    const again = add(scene, 'desk');
    await until('a token counts', async () => (await post(daemon, again, queued('again'))).status === 202);
    const wall = new Wall(scene, daemon, { views: [], options: { headers: { authorization: `Bearer ${again}` } } });
    equal(await wall.opened.then(() => 'open', () => 'shut'), 'shut', 'and opens nothing else');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { headers: { authorization: `Bearer ${again}` } })).status, 401, 'nothing at all');
    const screen = await pair(daemon, cookie);
    equal((await post(daemon, '', queued('screen'), { cookie: screen.cookie })).status, 403, 'screens are no producers');
  },

  async 'a daemon that stands by takes nothing; behind a trusted proxy it is as everywhere'(scene) {
    const { redis, daemon, token } = await stage(scene, { config: 'trusted_proxies: ["127.0.0.1"]\n', persistent: true });
    const second = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data2')] });
    await until('the second stands by', () => /lease.standing_by/.test(second.process.err));
    equal((await post(second, token, queued('c1'))).status, 503, 'it stands by');
    equal((await post(daemon, token, queued('c1'), { headers: { 'x-forwarded-for': '10.0.0.7', 'x-forwarded-proto': 'https' } })).status, 202, 'through the proxy');
    equal((await post(daemon, '', queued('c2'), { headers: { 'x-forwarded-for': '10.0.0.7' } })).status, 401, 'who needs a token there, too');
    equal((await post(daemon, 'f'.repeat(64), queued('c2'), { headers: { 'x-forwarded-for': '10.0.0.7' } })).status, 401, 'a wrong one');
    await until('the log names the peer', () => /events\.wrong_token peer=10\.0\.0\.7/.test(daemon.process.err));
    const idle = net.connect(daemon.port, '127.0.0.1'); // hangs up in the middle of its body
    idle.write(`POST ${EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n[{"type":`);
    await sleep(100);
    idle.destroy();
    await until('one call', async () => (await offered(daemon)) === 1);
    equal((await journal(redis)).length, 1, 'half a body is nothing');
  },

  async 'over TLS'(scene) {
    const key = path.join(scene.dir, 'key.pem'), chain = path.join(scene.dir, 'chain.pem'), config = path.join(scene.dir, 'tls.yaml');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', chain, '-days', '2', '-subj', '/CN=wall', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
    fs.writeFileSync(config, `tls:\n  certificate: ${chain}\n  key: ${key}\n`);
    const token = add(scene, 'desk');
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis, args: ['--data', dataOf(scene), '--config', config] });
    const send = (by, body) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const request = https.request(daemon.url + EVENTS, { method: 'POST', agent: false, ca: fs.readFileSync(chain), headers: { authorization: `bearer ${by}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, response => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        request.on('error', reject).end(text);
      });
    await until('taken', async () => (await send(token, [queued('c1')])) === 202);
    equal(await send('0'.repeat(64), [queued('c2')]), 401, 'a wrong token');
    equal((await journal(redis)).length, 1, 'one entry');
  },
};

function sorted(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
}
