// Messages to chat groups: the real command and libcurl against servers that stand for the services. Each checks what its
// service documents (address, signature, body) before it takes a message, and answers as that service does.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { assert, equal, freePort, sleep, toolPath, until } from './lib.mjs';

const SECRET = 'SEC6f2c0d6a-very-secret';
const KEY = '693a91f6-7b0c-4bc4-97a0-0ec2sifa5aaa';
const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest('base64');
const fresh = ms => Math.abs(Date.now() - ms) < 3600_000;

// What each service checks; the text of a good message, or what is wrong.
const services = {
  wecom: {
    path: `/cgi-bin/webhook/send?key=${KEY}`,
    good: [200, { errcode: 0, errmsg: 'ok' }],
    fast: [200, { errcode: 45009, errmsg: 'api freq out of limit' }],
    wrong: [200, { errcode: 93000, errmsg: `invalid webhook url ${KEY}` }],
    read({ url, body }) {
      if (url.searchParams.get('key') !== KEY) return { wrong: 'key' };
      if (body.msgtype === 'image') {
        const raw = Buffer.from(body.image.base64, 'base64');
        const md5 = crypto.createHash('md5').update(raw).digest('hex');
        return raw.length <= 2 << 20 && md5 === body.image.md5 ? { text: `image of ${raw.length} bytes` } : { wrong: 'image' };
      }
      const content = body.markdown?.content;
      return body.msgtype === 'markdown' && Buffer.byteLength(content) <= 4096 ? { text: content } : { wrong: 'markdown' };
    },
  },
  dingtalk: {
    path: `/robot/send?access_token=${KEY}`,
    good: [200, { errcode: 0, errmsg: 'ok' }],
    wrong: [200, { errcode: 310000, errmsg: 'sign not match' }],
    read({ url, body }) {
      const timestamp = url.searchParams.get('timestamp');
      if (url.searchParams.get('access_token') !== KEY || !/^\d{13}$/.test(timestamp) || !fresh(Number(timestamp))) return { wrong: 'time' };
      if (url.searchParams.get('sign') !== hmac(SECRET, `${timestamp}\n${SECRET}`)) return { wrong: 'sign' };
      return body.msgtype === 'markdown' && body.markdown.title ? { text: body.markdown.text } : { wrong: 'body' };
    },
  },
  feishu: {
    path: `/open-apis/bot/v2/hook/${KEY}`,
    good: [200, { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }],
    wrong: [200, { code: 19021, data: {}, msg: 'sign match fail or timestamp is not within one hour from current time' }],
    read({ body, bytes }) {
      if (!/^\d{10}$/.test(body.timestamp) || !fresh(Number(body.timestamp) * 1000) || bytes > 20480) return { wrong: 'time' };
      if (body.sign !== hmac(`${body.timestamp}\n${SECRET}`, '')) return { wrong: 'sign' };
      const post = body.content?.post?.zh_cn ?? body.content?.post?.en_us;
      if (body.msg_type !== 'post' || !Array.isArray(post?.content)) return { wrong: 'body' };
      return { text: [post.title, ...post.content.map(line => line.map(tag => tag.text).join(''))].join('\n') };
    },
  },
  slack: {
    path: `/services/T0/B0/${KEY}`,
    good: [200, 'ok'],
    wrong: [404, 'no_service'],
    read({ url, body }) {
      if (!url.pathname.endsWith(KEY) || typeof body.text !== 'string') return { wrong: 'body' };
      const texts = body.blocks.map(block => block.text.text);
      return body.blocks[0].type === 'header' && texts.every(text => text.length <= 3000) ? { text: texts.join('\n') } : { wrong: 'blocks' };
    },
  },
  teams: {
    path: `/workflows/${KEY}/triggers/manual/paths/invoke?sig=${KEY}`,
    good: [202, ''],
    wrong: [401, ''],
    read({ body, bytes, headers }) {
      const [card] = body.attachments;
      if (body.type !== 'message' || card.contentType !== 'application/vnd.microsoft.card.adaptive' || bytes > 28 << 10) return { wrong: 'body' };
      if (card.content.type !== 'AdaptiveCard' || !/charset=utf-8/i.test(headers['content-type'])) return { wrong: 'card' };
      return { text: card.content.body.map(block => block.text ?? block.facts.map(f => `${f.title} ${f.value}`).join('\n')).join('\n') };
    },
  },
  generic: {
    path: `/hook?token=${KEY}`,
    good: [204, ''],
    wrong: [403, ''],
    read({ body, raw, headers }) {
      const timestamp = headers['x-shiftwall-timestamp'];
      if (!fresh(Number(timestamp)) || headers['x-shiftwall-signature'] !== hmac(SECRET, `${timestamp}\n${raw}`)) return { wrong: 'sign' };
      return headers['idempotency-key'] === encodeURIComponent(body.id) ? { text: `${body.title}\n${body.text}` } : { wrong: 'id' };
    },
  },
};

// A server that stands for a service. `plan` is what it does with the next requests: good (also when it is empty), 500, 503,
// fast, wrong, hang, cut (takes it and breaks the connection), a whole [status, body, headers].
async function startService(scene, kind, { tls, port = 0 } = {}) {
  const service = { kind, plan: [], taken: [], faults: [], requests: [], sockets: new Set() };
  const handle = (request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      service.requests.push({ at: Date.now(), url: request.url, raw });
      let read;
      try {
        const bytes = Buffer.byteLength(raw);
        read = services[kind].read({ url: new URL(request.url, 'http://x'), headers: request.headers, raw, bytes, body: JSON.parse(raw) });
      } catch (error) {
        read = { wrong: String(error) };
      }
      if (request.method !== 'POST' || !/^application\/json/.test(request.headers['content-type'])) read = { wrong: 'no JSON posted' };
      let todo = service.plan.shift() ?? 'good';
      if (read.wrong) {
        service.faults.push(read.wrong);
        todo = 'wrong';
      }
      if (todo === 'hang') return;
      if (todo === 'good' || todo === 'cut') service.taken.push(read.text);
      if (todo === 'cut') return void request.socket.destroy();
      const [status, body, headers = {}] = Array.isArray(todo) ? todo : services[kind][todo] ?? [Number(todo), 'oops'];
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  service.up = async () => {
    service.server = tls ? https.createServer(tls, handle) : http.createServer(handle);
    service.server.on('connection', socket => {
      service.sockets.add(socket);
      socket.on('close', () => service.sockets.delete(socket)).on('error', () => {});
    });
    await new Promise(done => service.server.listen(service.port ?? port, '127.0.0.1', done));
    service.port = service.server.address().port;
  };
  service.down = () => {
    for (const socket of service.sockets) socket.destroy();
    return new Promise(done => service.server.close(done));
  };
  await service.up();
  service.url = `${tls ? 'https' : 'http'}://127.0.0.1:${service.port}${services[kind].path}`;
  scene.onEnd(() => service.down());
  return service;
}

// A configuration of destinations: { id, kind, url, secret, ... }.
function configure(scene, destinations, { mode = 0o600 } = {}) {
  const lines = destinations.map(({ id, kind, url, secret = SECRET, ...more }) => {
    const entry = { id, kind, url_file: path.join(scene.dir, `${id}.url`), ...more };
    fs.writeFileSync(entry.url_file, `${url}\n`, { mode });
    if (secret) {
      entry.secret_file = path.join(scene.dir, `${id}.secret`);
      fs.writeFileSync(entry.secret_file, `${secret}\n`, { mode });
    }
    return `  - ${JSON.stringify(entry)}\n`;
  });
  const file = path.join(scene.dir, 'notify.yaml');
  fs.writeFileSync(file, `site: {name: 北区}\nnotify:\n${lines.join('')}`);
  return file;
}

function notify(scene, args, { input = '', env = {} } = {}) {
  const child = spawn(toolPath, ['notify', ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const run = { out: '', err: '' };
  child.stdout.on('data', data => (run.out += data));
  child.stderr.on('data', data => (run.err += data));
  child.stdin.on('error', () => {}).end(input);
  run.ended = new Promise(done => child.on('close', code => done((run.code = code))));
  scene.onEnd(() => child.kill('SIGKILL'));
  return run;
}

const message = (id, more = {}) => JSON.stringify({ id, title: id, kind: 'chart', ...more });
// The ids that a service took, in order, from the titles.
const ids = service => service.taken.map(text => /\bm\d{3}\b/.exec(text)?.[0]).filter(Boolean);
const numbers = count => Array.from({ length: count }, (_, i) => `m${String(i).padStart(3, '0')}`);

function noSecrets(run) {
  for (const secret of [KEY, SECRET]) assert(!(run.out + run.err).includes(secret), `a secret is shown: ${run.out}${run.err}`);
}

function certificates(scene, name = '127.0.0.1') {
  const file = what => path.join(scene.dir, what);
  const openssl = args => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    equal(status, 0, `openssl ${args[0]}: ${stderr}`);
  };
  fs.writeFileSync(file('ext'), `subjectAltName=${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}\n`);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(['req', '-x509', ...ec, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=test authority', '-days', '2']);
  openssl(['req', ...ec, '-keyout', file('own.key'), '-out', file('own.csr'), '-subj', '/CN=chat']);
  openssl(['x509', '-req', '-in', file('own.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file('own.pem'), '-days', '2', '-extfile', file('ext')]);
  return { tls: { key: fs.readFileSync(file('own.key')), cert: fs.readFileSync(file('own.pem')) }, ca: file('ca.pem') };
}

export default {
  async 'each service gets what it documents, and a test message is told'(scene) {
    const all = {};
    for (const kind of Object.keys(services)) all[kind] = await startService(scene, kind);
    const config = configure(scene, Object.values(all).map(({ kind, url }) => ({ id: kind, kind, url })));
    const list = notify(scene, ['--config', config]);
    equal([await list.ended, list.out.split('\n').length], [0, 7], 'the list');
    noSecrets(list);
    for (const kind of Object.keys(services)) {
      const run = notify(scene, ['--config', config, '--test', kind]);
      equal(await run.ended, 0, run.err);
      assert(/^\w+: sent test\//.test(run.out), run.out);
      noSecrets(run);
    }
    const chart = message('chart', {
      severity: 'critical', // Feishu's rush of :00 and :30 does not hold it
      zh: { title: '签到表', text: '早班 8 人，迟到 1 人', columns: ['队列', '等待'] },
      rows: [['销售', '3'], ['客服', '0']],
      link: 'https://wall.example.com/charts/1',
      png: crypto.randomBytes(2 << 20).toString('base64'),
    });
    const run = notify(scene, ['--config', config, '--send', '-'], { input: chart });
    equal(await run.ended, 0, run.err);
    for (const [kind, { taken, faults }] of Object.entries(all)) {
      equal(faults, [], `${kind} has something to complain about`);
      assert(taken[0].includes('测试消息'), `${kind}: ${taken[0]}`);
      assert(taken[1].includes('签到表') && taken[1].includes('早班 8 人'), `${kind}: ${taken[1]}`);
      if (kind !== 'generic') assert(/销售.*等待 3/.test(taken[1]), `${kind}: ${taken[1]}`);
      equal(taken.length, kind === 'wecom' ? 3 : 2, kind);
    }
    equal(all.wecom.taken[2], 'image of 2097152 bytes', 'the picture');
  },

  async '500s, time-outs, 429: nothing lost, nothing doubled, in order'(scene) {
    const service = await startService(scene, 'generic');
    service.plan = ['500', 'good', 'hang', '503', 'good', [429, '', { 'retry-after': '1' }], 'good', 'good', '500', 'hang', 'good'];
    const config = configure(scene, [{ id: 'room', kind: 'generic', url: service.url, timeout_s: 1 }]);
    const run = notify(scene, ['--config', config, '--send', '-', '--wait', '120'], { input: numbers(12).map(id => message(id)).join('\n') });
    equal(await run.ended, 0, run.err);
    equal(ids(service), numbers(12), 'taken');
    equal([...run.out.matchAll(/sent (m\d+)/g)].map(match => match[1]), numbers(12), 'told');
    assert(service.requests[6].at - service.requests[5].at >= 1000, 'Retry-After is kept');
    assert(/HTTP 500/.test(run.err) && /Timeout/.test(run.err), run.err);
    equal(service.faults, [], 'faults');
    noSecrets(run);
  },

  async 'a full outage: all come when it is over, once and in order'(scene) {
    const service = await startService(scene, 'generic');
    const config = configure(scene, [{ id: 'room', kind: 'generic', url: service.url, timeout_s: 1 }]);
    await service.down();
    const run = notify(scene, ['--config', config, '--send', '-', '--wait', '120'], { input: numbers(20).map(id => message(id)).join('\n') });
    await until('it has tried', () => /trying again/.test(run.err));
    // a listener that takes connections and says nothing
    const mute = net.createServer(socket => socket.on('error', () => {}));
    await new Promise(done => mute.listen(service.port, '127.0.0.1', done));
    const held = new Set();
    mute.on('connection', socket => held.add(socket));
    await until('somebody hangs in it', () => held.size);
    await sleep(1200);
    for (const socket of held) socket.destroy();
    await new Promise(done => mute.close(done));
    await service.up();
    equal(await run.ended, 0, run.err);
    equal(ids(service), numbers(20), 'taken');
  },

  async 'an answer that is lost: it is sent again, with the same key, and says so'(scene) {
    const service = await startService(scene, 'generic');
    service.plan = ['cut'];
    const config = configure(scene, [{ id: 'room', kind: 'generic', url: service.url, language: 'en' }]);
    const run = notify(scene, ['--config', config, '--send', '-'], { input: message('m000') });
    equal(await run.ended, 0, run.err);
    equal(service.requests.map(({ raw }) => JSON.parse(raw).id), ['m000', 'm000'], 'both came');
    assert(!service.taken[0].includes('may have come') && service.taken[1].includes('may have come'), service.taken[1]);
  },

  async 'a storm of alerts is one message'(scene) {
    const service = await startService(scene, 'wecom');
    const config = configure(scene, [{ id: 'room', kind: 'wecom', url: service.url, language: 'en', secret: '' }]);
    const input = [];
    for (let i = 0; i < 100; i++) input.push(message(`${i}/opened`, { kind: 'alert_opened', severity: i ? 'warning' : 'critical', about: `${i}`, title: `queue ${i} waits` }));
    input.push(message('1/cleared', { kind: 'alert_cleared', severity: 'warning', about: '1', title: 'queue 1 waits' }));
    input.push(message('x/opened', { kind: 'alert_opened', severity: 'info', about: 'x', title: 'too small' }));
    const run = notify(scene, ['--config', config, '--send', '-'], { input: input.join('\n') });
    equal(await run.ended, 0, run.err);
    equal(service.taken.length, 1, 'one message');
    assert(/100 alerts, 1 critical, 1 cleared/.test(service.taken[0]) && /and 80 more/.test(service.taken[0]), service.taken[0]);
    equal([...run.out.matchAll(/sent /g)].length, 101, 'each is told');
    assert(/nobody wants it/.test(run.err), run.err);
  },

  async 'what is refused is told, without secrets; the rest goes on'(scene) {
    const service = await startService(scene, 'wecom');
    service.plan = ['good', 'wrong', 'good'];
    const config = configure(scene, [{ id: 'room', kind: 'wecom', url: service.url, secret: '' }]);
    const run = notify(scene, ['--config', config, '--send', '-'], { input: numbers(3).map(id => message(id)).join('\n') });
    equal(await run.ended, 1, run.err);
    assert(/refused m001: errcode 93000/.test(run.err), run.err);
    equal(ids(service), ['m000', 'm002'], 'taken');
    noSecrets(run);
    const wrong = await startService(scene, 'dingtalk');
    const other = configure(scene, [{ id: 'ding', kind: 'dingtalk', url: wrong.url, secret: 'another' }]);
    const refused = notify(scene, ['--config', other, '--test', 'ding']);
    equal(await refused.ended, 1, refused.err);
    assert(/310000: sign not match/.test(refused.err), refused.err);
    equal(wrong.faults, ['sign'], 'the service found the signature wrong');
  },

  async 'certificates are verified'(scene) {
    const { tls, ca } = certificates(scene);
    const service = await startService(scene, 'slack', { tls });
    const good = { id: 'good', kind: 'slack', url: service.url, secret: '', ca_file: ca };
    const config = configure(scene, [good, { ...good, id: 'unknown', ca_file: undefined }, { ...good, id: 'other', url: service.url.replace('127.0.0.1', 'localhost') }]);
    const run = notify(scene, ['--config', config, '--test', 'good']);
    equal(await run.ended, 0, run.err);
    for (const id of ['unknown', 'other']) {
      const failed = notify(scene, ['--config', config, '--test', id, '--wait', '2']);
      equal(await failed.ended, 4, failed.err);
      assert(/SSL peer certificate/.test(failed.err), failed.err);
      noSecrets(failed);
    }
    equal(service.taken.length, 1, 'only the good one came');
  },

  async 'through a proxy, which alone knows the way'(scene) {
    const { tls, ca } = certificates(scene, 'chat.invalid');
    const service = await startService(scene, 'slack', { tls });
    const asked = [];
    const proxy = http.createServer().on('connect', (request, client) => {
      asked.push([request.url, request.headers['proxy-authorization']]);
      const upstream = net.connect(service.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) socket.on('error', () => {});
    });
    await new Promise(done => proxy.listen(0, '127.0.0.1', done));
    scene.onEnd(() => proxy.close());
    const proxyFile = path.join(scene.dir, 'proxy');
    fs.writeFileSync(proxyFile, `http://me:pass@127.0.0.1:${proxy.address().port}\n`, { mode: 0o600 });
    const url = `https://chat.invalid${services.slack.path}`;
    const config = configure(scene, [
      { id: 'open', kind: 'slack', url, secret: '', ca_file: ca, proxy: `http://127.0.0.1:${proxy.address().port}` },
      { id: 'secret', kind: 'slack', url, secret: '', ca_file: ca, proxy_file: proxyFile },
      { id: 'none', kind: 'slack', url, secret: '', ca_file: ca },
    ]);
    for (const id of ['open', 'secret']) {
      const run = notify(scene, ['--config', config, '--test', id]);
      equal(await run.ended, 0, run.err);
    }
    equal(asked, [['chat.invalid:443', undefined], ['chat.invalid:443', `Basic ${Buffer.from('me:pass').toString('base64')}`]], 'the proxy');
    equal(service.taken.length, 2, 'taken');
    const env = { https_proxy: `http://127.0.0.1:${proxy.address().port}` };
    const run = notify(scene, ['--config', config, '--test', 'none', '--wait', '2'], { env });
    equal(await run.ended, 4, 'the environment has no say');
    equal(asked.length, 2, 'the proxy was not asked');
  },

  async 'files with secrets are only for their owner, addresses are checked'(scene) {
    const destination = { id: 'room', kind: 'wecom', url: `https://qyapi.weixin.qq.com${services.wecom.path}` };
    for (const [change, mode, text] of [
      [{}, 0o644, /chmod 600/],
      [{}, 0o640, /chmod 600/],
      [{ url: 'ftp://x/' }, 0o600, /must be an address/],
      [{ url: '' }, 0o600, /first line is empty/],
      [{ url: `http://qyapi.weixin.qq.com${services.wecom.path}` }, 0o600, /must begin with https/],
      [{ ca_file: '/does/not/exist' }, 0o600, /No such file/],
    ]) {
      fs.rmSync(scene.dir, { recursive: true });
      fs.mkdirSync(scene.dir);
      const run = notify(scene, ['--config', configure(scene, [{ ...destination, ...change }], { mode })]);
      equal(await run.ended, 3, `${text}`);
      assert(text.test(run.err), run.err);
      noSecrets(run);
    }
  },

  async 'exit statuses'(scene) {
    const config = configure(scene, [{ id: 'room', kind: 'slack', url: `http://127.0.0.1:${await freePort()}/x`, secret: '' }]);
    for (const [args, code] of [
      [['--help'], 0],
      [[], 2],
      [['--config', config, '--test', 'nobody'], 2],
      [['--config', config, '--test', 'room', '--send', '-'], 2],
      [['--config', '/does/not/exist'], 3],
      [['--config', config, '--send', '/does/not/exist'], 3],
      [['--config', config, '--test', 'room', '--wait', '1'], 4],
    ]) {
      const run = notify(scene, args);
      equal(await run.ended, code, `${args}: ${run.err}`);
    }
    const run = notify(scene, ['--config', config, '--send', '-'], { input: '{"id":"x"}\nnonsense\n\n' });
    equal(await run.ended, 1, run.err);
    assert(/-:1: no id, or no title/.test(run.err) && /-:2: not understood/.test(run.err), run.err);
  },
};
