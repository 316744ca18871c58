// What people try who should not get in: all of it fails, is counted, and harms nobody. Every attempt is one entry of a list.
import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { assert, equal, sanitized, sleep, until, Wall } from './lib.mjs';
import { addProducer, ask, cookieOf, pair, PASSWORD, producer, signIn, site } from './doors.mjs';

const S = '/api/v1/sites/main';

/** Bytes on a socket; what comes back until it closes or WITHIN ms pass. */
function raw(daemon, bytes, within = 3000) {
  return new Promise(resolve => {
    const socket = net.connect(daemon.port, '127.0.0.1', () => socket.write(bytes));
    let got = '';
    const done = () => (socket.destroy(), resolve(got));
    socket.on('data', data => (got += data)).on('close', done).on('error', done);
    setTimeout(done, within).unref();
    socket.on('data', () => /\r\n\r\n/.test(got) && setTimeout(done, 50));
  });
}
const statusOf = text => Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1] ?? 0);

/** A WebSocket handshake: its status, or the code it was closed with. */
function upgrade(daemon, { path: path_ = '/ws', headers = {}, protocol = 'shiftwall.v1' } = {}) {
  return new Promise(resolve => {
    const request = http.request(daemon.url + path_, {
      agent: false,
      headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...(protocol ? { 'sec-websocket-protocol': protocol } : {}), ...headers },
    });
    request.on('upgrade', (response, socket) => (socket.destroy(), resolve(101)));
    request.on('response', response => (response.resume(), resolve(response.statusCode)));
    request.on('error', () => resolve(0));
    request.end();
  });
}

export default {
  async 'sixty and more attempts to get in fail and are counted'(scene) {
    const { daemon, cookies } = await site(scene);
    const screen = await pair(daemon, cookies.duty, 'queues');
    const revoked = await pair(daemon, cookies.duty, 'queues', 'gone');
    await ask(daemon, 'DELETE', `/api/v1/screens/${revoked.id}`, { cookie: cookies.duty });
    const out = await signIn(daemon, 'duty');
    await ask(daemon, 'DELETE', '/api/v1/session', { cookie: out.cookie });
    const renewed = cookieOf(await ask(daemon, 'POST', '/api/v1/screen/renew', { cookie: screen.cookie, body: {} }));
    await ask(daemon, 'GET', '/api/v1/screen', { cookie: renewed });

    const desk = addProducer(scene, 'desk'), gone = addProducer(scene, 'gone'), north = addProducer(scene, 'desk', ['--site', 'north']);
    producer(scene, ['revoke', 'gone']);
    const bearer = by => ({ authorization: `Bearer ${by}` });
    const event = { type: 'notice', ts: Date.now(), text: 'x' };
    await until('the producers are known', async () => (await ask(daemon, 'POST', `${S}/events`, { body: [1], headers: bearer(north) })).status === 403);

    const own = new URL(daemon.url).host;
    const status = (...args) => () => ask(daemon, ...args).then(a => a.status, () => 0); // 0: hung up
    const get = (path_, cookie, headers) => status('GET', path_, { cookie, headers });
    const post = (path_, body, cookie, more = {}) => status('POST', path_, { body, cookie, ...more });
    const request = (line, ...headers) => async () => statusOf(await raw(daemon, `${line}\r\nHost: ${own}\r\n${headers.map(h => `${h}\r\n`).join('')}\r\n`));
    const injected = (path_, cookie) => async () => {
      const text = await raw(daemon, `GET ${path_} HTTP/1.1\r\nHost: ${own}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}\r\n`);
      return /^(set-cookie: injected|x-injected)/im.test(text.split('\r\n\r\n')[0]) ? 'injected' : statusOf(text);
    };
    const grant = { agent: '1', kind: 'busy', from: Date.now(), to: Date.now() + 1000, reason: 'x' };
    const evil = { origin: 'https://evil.example' };
    const token = cookies.duty.split('=')[1];

    // [what is tried, how, the answers that are right]
    const attempts = [
      // ways out of the folder of the web application
      ...['/../../etc/passwd', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/../../server/app/app.c', '/assets/..%5c..%5cx', '//etc/passwd', '/index.html%00.js', '/.git/config', '/assets/%c0%ae%c0%ae/x']
        .map(p => [`path ${p}`, request(`GET ${p} HTTP/1.1`), [400, 403, 404, 0]]),
      ['a NUL in a path', request('GET /assets/%00../../etc/passwd HTTP/1.1'), [0, 400, 404]],
      [`board ..`, get('/api/v1/boards/..%2f..%2fshiftwall.yaml', cookies.duty), [400, 403, 404]],
      ['view ..', get(`${S}/views/..%2f..%2fx`, cookies.duty), [400, 403, 404]],
      ['report ..', get(`${S}/reports/day/..%2f..%2fetc%2fpasswd.json`, cookies.duty), [400, 404]],
      ['chart ..', get(`${S}/charts/..%2f..%2fx/1.png`, cookies.duty), [400, 404]],
      // nobody
      ...['site', 'agents', 'shifts', 'breaches', 'policy'].map(v => [`view ${v} by nobody`, get(`${S}/views/${v}`), [401]]),
      ['metrics by nobody', get('/metrics'), [401]],
      ['another site by nobody', get('/api/v1/sites/other/views/site'), [401]],
      // tokens
      ['a forged session', get(`${S}/views/site`, `shiftwall=${'0'.repeat(64)}`), [401]],
      ['a session with one digit changed', get(`${S}/views/site`, `shiftwall=${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`), [401]],
      ['a session cut short', get(`${S}/views/site`, `shiftwall=${token.slice(0, 63)}`), [401]],
      ['a session made longer', get(`${S}/views/site`, `shiftwall=${token}0`), [401]],
      ['a session in capitals', get(`${S}/views/site`, `shiftwall=${token.toUpperCase()}`), /[a-f]/.test(token) ? [401] : [200]],
      ['a session that signed out', get(`${S}/views/site`, out.cookie), [401]],
      ['an empty session', get(`${S}/views/site`, 'shiftwall='), [401]],
      ['a session under another name', get(`${S}/views/site`, `shiftwall2=${token}`), [401]],
      ['a session as a screen', get(`${S}/views/site`, `shiftwall_screen=${token}`), [401]],
      ['a screen as a session', get(`${S}/views/site`, `shiftwall=${renewed.split('=')[1]}`), [401]],
      ['a session in the address', get(`${S}/views/site?shiftwall=${token}`), [401]],
      ['a session as a bearer', get(`${S}/views/site`, undefined, { authorization: `Bearer ${token}` }), [401]],
      ['a cookie of a megabyte', request('GET /api/v1/session HTTP/1.1', `Cookie: shiftwall=${'a'.repeat(1 << 20)}`), [0, 400, 431]],
      ['a revoked screen', get(`${S}/views/site`, revoked.cookie), [401]],
      ['a screen\'s token of before', get('/api/v1/screen', screen.cookie), [401]],
      ['a forged screen', get('/api/v1/screen', `shiftwall_screen=${'f'.repeat(64)}`), [401]],
      // roles
      ['a screen reads agents', get(`${S}/views/agents`, renewed), [403]],
      ['a screen reads another board', get('/api/v1/boards/overview', renewed), [403]],
      ['a screen writes', post(`${S}/grants`, grant, renewed), [403]],
      ['a screen lists screens', get('/api/v1/screens', renewed), [403]],
      ['an agent reads breaches', get(`${S}/views/breaches`, cookies.agent), [403]],
      ['an agent reads another\'s record', get(`${S}/records?agent=2`, cookies.agent), [403]],
      ['an agent hides behind two parameters', get(`${S}/records?agent=1&agent=2`, cookies.agent), [200, 403]],
      ['a lead grants another team', post(`${S}/grants`, { ...grant, agent: '2' }, cookies.lead), [403]],
      ['a lead reads another team', get(`${S}/views/agents%2FB`, cookies.lead), [403]],
      ['quality grants', post(`${S}/grants`, grant, cookies.quality), [403]],
      ['a manager makes an account', post('/api/v1/accounts', { id: 'x', role: 'admin' }, cookies.manager), [403]],
      ['a duty lead makes themselves admin', post('/api/v1/accounts/duty', { role: 'admin' }, cookies.duty), [403]],
      ['somebody else\'s session is ended', status('DELETE', '/api/v1/sessions/0123456789abcdef', { cookie: cookies.duty }), [404]],
      // pairing
      ['a pair code again', post('/api/v1/screens', { code: screen.offer.code, name: 'x', board: 'queues' }, cookies.duty), [404]],
      ['a pair secret again', post('/api/v1/pair/poll', { secret: screen.offer.secret }), [410]],
      ['a guessed pair secret', post('/api/v1/pair/poll', { secret: 'a'.repeat(64) }), [410]],
      ['a code approved by an agent', post('/api/v1/screens', { code: 'ABCDEF', name: 'x', board: 'queues' }, cookies.agent), [403]],
      ['a board that leads out', post('/api/v1/screens', { code: 'ABCDEF', name: 'x', board: '../../etc/passwd' }, cookies.duty), [422]],
      // other origins
      ['a grant from a page elsewhere', post(`${S}/grants`, grant, cookies.duty, { headers: evil }), [403]],
      ['a form from a page elsewhere', post(`${S}/grants`, 'agent=1', cookies.duty, { type: 'application/x-www-form-urlencoded' }), [415]],
      ['JSON as text/plain', post(`${S}/grants`, JSON.stringify(grant), cookies.duty, { type: 'text/plain' }), [415]],
      ['a sign-out from a page elsewhere', status('DELETE', '/api/v1/session', { cookie: cookies.duty, headers: evil }), [403]],
      ['a sign-in from a page elsewhere', post('/api/v1/session', { person: 'duty', password: PASSWORD }, undefined, { headers: evil }), [403]],
      ['an origin of null', post(`${S}/grants`, grant, cookies.duty, { headers: { origin: 'null' } }), [403]],
      ['an origin that begins like ours', post(`${S}/grants`, grant, cookies.duty, { headers: { origin: `http://${own}.evil.example` } }), [403]],
      // WebSockets
      ['a socket by nobody', () => upgrade(daemon), [401]],
      ['a socket from a page elsewhere', () => upgrade(daemon, { headers: { cookie: cookies.duty, ...evil } }), [403]],
      ['a socket of another path', () => upgrade(daemon, { path: '/api/v1/session', headers: { cookie: cookies.duty } }), [404]],
      ['a socket without the subprotocol', () => upgrade(daemon, { protocol: '', headers: { cookie: cookies.duty } }), [400]],
      ['a socket with a forged cookie', () => upgrade(daemon, { headers: { cookie: `shiftwall=${'1'.repeat(64)}` } }), [401]],
      // producers' tokens
      ['events by nobody', post(`${S}/events`, event), [401]],
      ['a forged token', post(`${S}/events`, event, undefined, { headers: bearer('a'.repeat(64)) }), [401]],
      ['a token with one digit changed', post(`${S}/events`, event, undefined, { headers: bearer(desk.slice(0, -1) + (desk.endsWith('0') ? '1' : '0')) }), [401]],
      ['a token cut short', post(`${S}/events`, event, undefined, { headers: bearer(desk.slice(0, 63)) }), [401]],
      ['a token made longer', post(`${S}/events`, event, undefined, { headers: bearer(`${desk}0`) }), [401]],
      ['a revoked token', post(`${S}/events`, event, undefined, { headers: bearer(gone) }), [401]],
      ['a token of another site', post(`${S}/events`, event, undefined, { headers: bearer(north) }), [403]],
      ['a token of this site at another', post('/api/v1/sites/north/events', event, undefined, { headers: bearer(desk) }), [404]],
      ...['token', 'access_token', 'authorization'].map(name => [`a token in the address as ${name}`, post(`${S}/events?${name}=${desk}`, event), [401]]),
      ['a token as a password', post(`${S}/events`, event, undefined, { headers: { authorization: `Basic ${Buffer.from(`desk:${desk}`).toString('base64')}` } }), [401]],
      ['a token without its word', post(`${S}/events`, event, undefined, { headers: { authorization: desk } }), [401]],
      ['a token as a cookie', post(`${S}/events`, event, `shiftwall=${desk}`), [401]],
      ['a session as a token', post(`${S}/events`, event, undefined, { headers: bearer(token) }), [401]],
      ['the hash of a token', post(`${S}/events`, event, undefined, { headers: bearer(createHash('sha256').update(desk).digest('hex')) }), [401]],
      ['a duty lead sends events', post(`${S}/events`, event, cookies.duty), [403]],
      ['a screen sends events', post(`${S}/events`, event, renewed), [403]],
      ['a page elsewhere sends events', post(`${S}/events`, event, undefined, { headers: { ...bearer(desk), ...evil } }), [403]],
      ['a producer speaks for another', post(`${S}/events`, { ...event, src: 'pbx' }, undefined, { headers: bearer(desk) }), [403]],
      ['a producer reads a view', get(`${S}/views/site`, undefined, bearer(desk)), [401]],
      ['a producer writes a grant', post(`${S}/grants`, grant, undefined, { headers: bearer(desk) }), [401]],
      ['a producer lists producers', get(`${S}/producers`, undefined, bearer(desk)), [401]],
      ['a producer reads the metrics', get('/metrics', undefined, bearer(desk)), [401]],
      ['a manager revokes a producer', status('DELETE', `${S}/producers/desk`, { cookie: cookies.manager }), [403]],
      ['events of 70 KiB', post(`${S}/events`, 'x'.repeat(70 << 10), undefined, { headers: bearer(desk) }), [413]],
      ['events of 2 MiB', post(`${S}/events`, 'x'.repeat(2 << 20), undefined, { headers: bearer(desk) }), [413]],
      ['a token of 100 KiB', request(`POST ${S}/events HTTP/1.1`, `Authorization: Bearer ${'a'.repeat(100 << 10)}`, 'Content-Length: 2'), [0, 400, 401, 431]],
      ['a line break in a token', request(`POST ${S}/events HTTP/1.1`, `Authorization: Bearer ${desk.slice(0, 32)}`, ` ${desk.slice(32)}`, 'Content-Length: 0'), [0, 400, 401, 411]],
      ['a line break behind the path of events', request(`POST ${S}/events%0d%0aauthorization:%20Bearer%20${desk} HTTP/1.1`, 'Content-Length: 0'), [0, 400, 401, 404]],
      ['a second token', request(`POST ${S}/events HTTP/1.1`, `Authorization: Bearer ${'0'.repeat(64)}`, `Authorization: Bearer ${desk}`, 'Content-Length: 0'), [0, 400, 401]],
      // too large, too many, out of order
      ['a body of 2 MiB', post(`${S}/roster`, 'x'.repeat(2 << 20), cookies.duty, { type: 'text/csv' }), [413]],
      ['a body that says it is 1 TB', request(`POST ${S}/grants HTTP/1.1`, `Cookie: ${cookies.duty}`, 'Content-Type: application/json', 'Content-Length: 1000000000000'), [413]],
      ['a length of less than nothing', request(`POST ${S}/grants HTTP/1.1`, `Cookie: ${cookies.duty}`, 'Content-Length: -1'), [400, 0]],
      ['two lengths', request(`POST ${S}/grants HTTP/1.1`, 'Content-Length: 5', 'Content-Length: 6'), [400, 413, 411, 401, 0]],
      ['a body in chunks and with a length', request(`POST ${S}/grants HTTP/1.1`, 'Transfer-Encoding: chunked', 'Content-Length: 5'), [400, 411, 0]],
      ['a path of 10,000 characters', request(`GET /${'a'.repeat(10000)} HTTP/1.1`), [0, 400, 404, 414, 431]],
      ['a header of 100 KiB', request('GET / HTTP/1.1', `X-Long: ${'a'.repeat(100 << 10)}`), [0, 200, 400, 431]],
      ['a thousand parameters', get(`${S}/intervals?${Array.from({ length: 1000 }, (_, i) => `a${i}=1`).join('&')}`, cookies.duty), [0, 400, 414, 431]],
      ['JSON too deep', post('/api/v1/accounts', `${'['.repeat(1000)}${']'.repeat(1000)}`, cookies.admin), [400]],
      ['JSON with a key twice', post('/api/v1/accounts', '{"id":"a","id":"b","role":"duty"}', cookies.admin), [400]],
      ['a name with a line break', post('/api/v1/accounts', { id: 'a\r\nset-cookie: x', role: 'duty' }, cookies.admin), [400, 422]],
      ['a teams list of objects', post('/api/v1/accounts', { id: 'a', role: 'lead', teams: [{}] }, cookies.admin), [400]],
      // header injection
      // libwebsockets ends a path at an encoded line break: what is behind it must not count for anything
      ['a line break in a path', injected('/wall/x%0d%0aset-cookie:%20injected=1'), [0, 200, 400, 404]],
      ['a line break in a query', injected(`${S}/charts/now.csv?what=summary%0d%0ax-injected:%201`, cookies.duty), [0, 200, 400]],
      ...['%0d%0a', '%0a', '%0d', '%20HTTP/1.1%0d%0a'].map(end => [`a cookie behind ${end}`, request(`GET ${S}/views/site?x=1${end}cookie:%20${cookies.duty}${end}y: HTTP/1.1`), [0, 400, 401]]),
      ['a line break in a download\'s name', get(`${S}/reports/day/2026-01-01%0d%0ax-injected.json`, cookies.duty), [400, 404]],
      ['a forged peer', get(`${S}/views/site`, undefined, { 'x-forwarded-for': '127.0.0.1' }), [401]],
      ['a forged user', get(`${S}/views/site`, undefined, { 'x-remote-user': 'admin', 'remote-user': 'admin', 'x-forwarded-user': 'admin' }), [401]],
      ['a method nobody knows', request(`BREW ${S}/views/site HTTP/1.1`), [0, 400, 403, 405, 501]],
      ['TRACE', request('TRACE / HTTP/1.1'), [0, 400, 403, 405, 501]],
      ['CONNECT', request('CONNECT evil.example:443 HTTP/1.1'), [0, 400, 403, 404, 405, 501]],
      ['HTTP/2 in the clear', async () => statusOf(await raw(daemon, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')), [0, 400, 403, 404, 501, 505]],
      // guessing, last: it locks the account
      ['a wrong password', post('/api/v1/session', { person: 'quality', password: 'wrong wrong wrong' }), [401]],
      ['no password', post('/api/v1/session', { person: 'quality' }), [422]],
      ['an account that is not there', post('/api/v1/session', { person: 'root', password: 'wrong wrong wrong' }), [401]],
      ['SQL in a name', post('/api/v1/session', { person: '\' OR 1=1 --', password: 'wrong wrong wrong' }), [401]],
      ['a name alone', post('/api/v1/session', { name: 'admin' }), [422]],
      ['a PIN of before', post('/api/v1/session', { person: 'quality', pin: '1234' }), [401]],
    ];
    assert(attempts.length >= 60, `${attempts.length} attempts`);
    const before = (await ask(daemon, 'GET', '/metrics', { cookie: cookies.quality })).text;
    const wrong = [];
    for (const [name, run, right] of attempts) {
      const got = await run();
      if (!right.includes(got)) wrong.push(`${name}: ${got}, ${right} expected`);
    }
    equal(wrong, [], `${attempts.length} attempts`);
    const after = (await ask(daemon, 'GET', '/metrics', { cookie: cookies.quality })).text;
    const count = (text, name) => Number(new RegExp(`^shiftwall_${name.replace(/[{}"]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1] ?? NaN);
    const grew = name => count(after, name) - count(before, name);
    const least = {
      'http_refused_total{site="main",reason="not_signed_in"}': 20, 'http_refused_total{site="main",reason="forbidden"}': 15,
      'http_refused_total{site="main",reason="foreign_origin"}': 5, 'http_refused_total{site="main",reason="too_large"}': 2,
      'http_refused_total{site="main",reason="bad_request"}': 5, 'clients_refused_total{site="main",reason="caller"}': 2,
      'clients_refused_total{site="main",reason="origin"}': 1, 'clients_refused_total{site="main",reason="path"}': 2,
      'sign_ins_wrong_total{site="main"}': 4, 'pair_codes_refused_total{site="main"}': 1, 'screen_tokens_refused_total{site="main"}': 3,
      'posts_refused_total{site="main",reason="token"}': 12, 'posts_refused_total{site="main",reason="forbidden"}': 3, 'posts_refused_total{site="main",reason="too_large"}': 1,
    };
    for (const [name, atLeast] of Object.entries(least)) assert(grew(name) >= atLeast, `${name}: ${grew(name)}, ${atLeast} or more expected`);
    const audit = (await ask(daemon, 'GET', `${S}/audit`, { cookie: cookies.duty })).body.records;
    assert(!audit.some(r => r.kind === 'grant' || (r.kind === 'account.add' && r.role !== 'command line')), 'nothing was recorded that should not be');
    equal(/posted_events_total\{[^}]*accepted"\} [1-9]/.test(after), false, 'no event was accepted');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: cookies.duty })).status, 200, 'who is signed in still is');
    assert(!daemon.process.over, 'and the daemon runs');
  },

  async 'headers keep a browser safe; secrets are in no address'(scene) {
    const { daemon, cookies } = await site(scene, { roles: ['duty'] });
    for (const path_ of ['/', '/console', '/pair', '/api/v1/session', `${S}/views/site`, '/nowhere']) {
      const { headers } = await ask(daemon, 'GET', path_, { cookie: cookies.duty });
      const policy = headers['content-security-policy'] ?? '';
      assert(/default-src 'none'/.test(policy) && /frame-ancestors/.test(policy) && !/unsafe/.test(policy), `${path_}: ${policy}`);
      equal([headers['x-content-type-options'], headers['referrer-policy'], headers['strict-transport-security']], ['nosniff', 'no-referrer', undefined], path_);
    }
    const done = await signIn(daemon, 'duty');
    assert(/^shiftwall=[0-9a-f]{64}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/.test(done.headers['set-cookie'][0]), done.headers['set-cookie'][0]);
    equal(done.headers['cache-control'], 'no-store', 'nobody keeps it');
    assert(!done.text.includes(done.cookie.split('=')[1]), 'the token is in the cookie only');
  },

  async 'a slow peer and a hundred sockets do not keep others out'(scene) {
    const { daemon, cookies } = await site(scene, { roles: ['duty'], args: [] });
    const slow = Array.from({ length: 100 }, () => net.connect(daemon.port, '127.0.0.1'));
    scene.onEnd(() => slow.forEach(s => s.destroy()));
    let closed = 0;
    for (const socket of slow) socket.on('error', () => {}).on('close', () => closed++).on('connect', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-A: '));
    const drip = setInterval(() => slow.forEach(s => s.destroyed || s.write('a')), 500);
    scene.onEnd(() => clearInterval(drip));
    await sleep(500);
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: cookies.duty })).status, 200, 'meanwhile others are answered');
    await until('they are hung up on, whatever they drip', () => closed === slow.length, 40_000);
    equal((await ask(daemon, 'GET', '/healthz')).status, 200, 'and it goes on');
  },

  async 'bodies of strangers have a bounded room and a bounded time'(scene) {
    const { daemon, cookies } = await site(scene, { roles: ['duty'] });
    const post = (size, sent) => {
      const socket = net.connect(daemon.port, '127.0.0.1').on('error', () => {});
      const one = { socket, status: undefined, closed: false };
      socket.on('data', data => (one.status ??= Number(/^HTTP\S+ (\d+)/.exec(data)?.[1]))).on('close', () => (one.closed = true));
      socket.write(`POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(sent, 0x20));
      scene.onEnd(() => socket.destroy());
      return one;
    };
    const metric = async name => Number((await ask(daemon, 'GET', '/metrics', { cookie: cookies.duty })).text.split('\n').find(line => line.startsWith(name)).split(' ').at(-1));
    const refused = reason => metric(`shiftwall_http_refused_total{site="main",reason="${reason}"}`);
    const drip = post(4096, 10), large = post(1 << 20, 1000);
    const dripping = setInterval(() => [drip, large].forEach(one => one.socket.destroyed || one.socket.write(' ')), 2000);
    scene.onEnd(() => clearInterval(dripping));
    const hoard = Array.from({ length: 100 }, () => post(1 << 20, (1 << 20) - 1));
    await until('for some there is no room', () => hoard.filter(one => one.status === 503).length >= 36);
    assert(hoard.filter(one => one.status === 503).length <= 40 && (await refused('no_room')) >= 36, `${hoard.filter(one => one.status === 503).length} of 100 were refused`);
    if (!sanitized()) assert((await metric('process_resident_memory_bytes')) < 160 << 20, 'the memory is bounded');
    const body = { agent: '1', kind: 'busy', from: Date.now(), to: Date.now() + 1000, reason: 'x' };
    equal((await ask(daemon, 'POST', `${S}/grants`, { cookie: cookies.duty, body })).status, 201, 'meanwhile leaders write');
    hoard.forEach(one => one.socket.destroy());
    const csv = `date,agent,name,team,seat,start,end,activities,leave\n${' '.repeat(1 << 19)}`;
    await until('then there is room again', async () => (await ask(daemon, 'POST', `${S}/roster?check=1`, { cookie: cookies.duty, body: csv, type: 'text/csv' })).status !== 503);
    await until('who drips for a minute is hung up on', () => drip.closed && large.closed, 90_000);
    assert((await refused('too_slow')) >= 2, 'and counted');
  },

  async 'the sockets of one address are counted'(scene) {
    const config = path.join(scene.dir, 'caps.yaml');
    (await import('node:fs')).writeFileSync(config, 'max_clients_per_address: 20\n');
    const { daemon, cookies } = await site(scene, { roles: ['duty'], config });
    const walls = Array.from({ length: 40 }, () => new Wall(scene, daemon, { views: [], options: { headers: { cookie: cookies.duty } } }));
    const opened = (await Promise.allSettled(walls.map(w => w.opened))).filter(r => r.status === 'fulfilled').length;
    assert(opened >= 15 && opened <= 20, `${opened} of 40`);
    walls.forEach(w => w.socket.terminate());
    await until('then there is room again', async () => (await ask(daemon, 'GET', '/healthz').catch(() => ({}))).status === 200);
    assert(Number((await ask(daemon, 'GET', '/metrics', { cookie: cookies.duty })).text.match(/clients_refused_total\{site="main",reason="address"\} (\d+)/)[1]) >= 20, 'counted');
  },
};
