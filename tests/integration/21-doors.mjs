// Who may come in: accounts, sessions, screens; every route with every role.
import fs from 'node:fs';
import path from 'node:path';
import { assert, equal, startDaemon, startRedis, state, until, Wall } from './lib.mjs';
import { addUser, ask, cookieOf, pair, PASSWORD, ROLES, signIn, site, user } from './doors.mjs';

const S = '/api/v1/sites/main';
const READERS = ['lead', 'duty', 'quality', 'manager', 'admin'];
const LEADERS = ['lead', 'duty', 'manager', 'admin'];
const CHIEFS = ['duty', 'manager', 'admin'];
const ALL_TEAMS = ['duty', 'quality', 'manager', 'admin'];
const PEOPLE = ['agent', ...READERS];
const BOARDS = ['display', ...READERS];
const ANYBODY = ['nobody', 'display', ...PEOPLE];

// Who may do what: the operation as the API describes itself, a path that stands for it, and the roles. Agents ask about
// themselves.
const TABLE = [
  ['get /healthz', '/healthz', ANYBODY], ['get /readyz', '/readyz', ANYBODY], ['get /metrics', '/metrics', READERS],
  ['get /api/v1/openapi.json', '/api/v1/openapi.json', ANYBODY],
  ['get /api/v1/boards', '/api/v1/boards', READERS],
  ['get /api/v1/boards/{board}', '/api/v1/boards/overview', BOARDS],
  ['get /api/v1/boards/{board}', '/api/v1/boards/agents', READERS],
  ['get /api/v1/sites/{site}/views/{view}', `${S}/views/site`, ['display', ...PEOPLE]],
  ['get /api/v1/sites/{site}/views/{view}', `${S}/views/queues`, BOARDS],
  ...['teams', 'agents', 'agents%2FA', 'alerts', 'shifts', 'breaches', 'grants', 'walk', 'policy', 'staffing'].map(v => ['get /api/v1/sites/{site}/views/{view}', `${S}/views/${v}`, READERS]),
  ['get /api/v1/sites/{site}/views/{view}', `${S}/views/agents%2FB`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/at/{at}/views/{view}', `${S}/at/2026-01-01T00:00:00Z/views/site`, READERS],
  ['get /api/v1/sites/{site}/at/{at}/views/{view}', `${S}/at/2026-01-01T00:00:00Z/views/agents`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/intervals', `${S}/intervals`, BOARDS],
  ['get /api/v1/sites/{site}/intervals', `${S}/intervals?by=team`, BOARDS],
  ['get /api/v1/sites/{site}/intervals', `${S}/intervals?by=agent`, PEOPLE],
  ['post /api/v1/sites/{site}/grants', `${S}/grants?check=1`, LEADERS, { agent: '1', kind: 'busy', from: 1, to: 2, reason: 'x' }],
  ['post /api/v1/sites/{site}/grants', `${S}/grants?check=1`, CHIEFS, { agent: '2', kind: 'busy', from: 1, to: 2, reason: 'x' }],
  ['delete /api/v1/sites/{site}/grants/{grant}', `${S}/grants/none`, LEADERS],
  ['post /api/v1/sites/{site}/alerts/{alert}/ack', `${S}/alerts/none/ack`, LEADERS, {}],
  ['post /api/v1/sites/{site}/breaches/{breach}/decision', `${S}/breaches/none/decision`, LEADERS, {}],
  ['delete /api/v1/sites/{site}/breaches/{breach}/decision', `${S}/breaches/none/decision`, LEADERS],
  ['post /api/v1/sites/{site}/breaches/{breach}/dispute', `${S}/breaches/none/dispute`, PEOPLE, { agent: '1' }],
  ['post /api/v1/sites/{site}/recalls', `${S}/recalls`, LEADERS, {}],
  ['post /api/v1/sites/{site}/notices', `${S}/notices`, CHIEFS, {}],
  ['post /api/v1/sites/{site}/swaps', `${S}/swaps`, CHIEFS, {}],
  ['post /api/v1/sites/{site}/walks/{walk}', `${S}/walks/none`, LEADERS, {}],
  ['get /api/v1/sites/{site}/duty', `${S}/duty`, READERS],
  ['post /api/v1/sites/{site}/duty', `${S}/duty`, CHIEFS, {}],
  ['delete /api/v1/sites/{site}/duty/{handover}', `${S}/duty/none`, CHIEFS],
  ['get /api/v1/sites/{site}/roster', `${S}/roster`, READERS],
  ['post /api/v1/sites/{site}/roster', `${S}/roster?check=1`, CHIEFS, 'x', 'text/csv'],
  ['get /api/v1/sites/{site}/records', `${S}/records?agent=1`, PEOPLE],
  ['get /api/v1/sites/{site}/records', `${S}/records?agent=2`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/records', `${S}/records`, READERS],
  ['get /api/v1/sites/{site}/audit', `${S}/audit`, CHIEFS],
  ['get /api/v1/sites/{site}/attendance', `${S}/attendance?agent=1`, PEOPLE],
  ['get /api/v1/sites/{site}/attendance', `${S}/attendance?team=B`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/charts', `${S}/charts`, READERS],
  ['get /api/v1/sites/{site}/charts/{drawing}', `${S}/charts/now.json`, READERS],
  ['get /api/v1/sites/{site}/charts/{date}/{drawing}', `${S}/charts/2026-01-01/1.json`, READERS],
  ['post /api/v1/sites/{site}/charts/{date}/publish', `${S}/charts/2026-01-01/publish`, CHIEFS, {}],
  ['get /api/v1/sites/{site}/chat', `${S}/chat`, ALL_TEAMS],
  ...['test', 'again', 'drop'].map(v => [`post /api/v1/sites/{site}/chat/{group}/${v}`, `${S}/chat/none/${v}`, CHIEFS, {}]),
  ['get /api/v1/sites/{site}/reports', `${S}/reports`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/reports/day/{report}', `${S}/reports/day/2026-01-01.json`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/reports/month/{report}', `${S}/reports/month/2026-01.json`, ALL_TEAMS],
  ['get /api/v1/sites/{site}/staffing/plan', `${S}/staffing/plan`, READERS],
  // producers have tokens: whoever else asks is refused
  ['post /api/v1/sites/{site}/events', `${S}/events`, [], []],
  ['get /api/v1/sites/{site}/producers', `${S}/producers`, ['admin']],
  ['delete /api/v1/sites/{site}/producers/{producer}', `${S}/producers/none`, ['admin']],
  ['get /api/v1/session', '/api/v1/session', ANYBODY],
  ['post /api/v1/session', '/api/v1/session', ANYBODY, {}],
  ['post /api/v1/session/password', '/api/v1/session/password', PEOPLE, {}],
  ['get /api/v1/sessions', '/api/v1/sessions', PEOPLE],
  ['get /api/v1/sessions', '/api/v1/sessions?all=1', ['admin']],
  ['delete /api/v1/sessions/{session}', '/api/v1/sessions/none', PEOPLE],
  ['get /api/v1/accounts', '/api/v1/accounts', ['admin']],
  ['post /api/v1/accounts', '/api/v1/accounts', ['admin'], {}],
  ['post /api/v1/accounts/{account}', '/api/v1/accounts/none', ['admin'], {}],
  ['delete /api/v1/accounts/{account}', '/api/v1/accounts/none', ['admin']],
  ['post /api/v1/pair', '/api/v1/pair', ANYBODY, {}],
  ['post /api/v1/pair/poll', '/api/v1/pair/poll', ANYBODY, {}],
  ['get /api/v1/screen', '/api/v1/screen', ['display']],
  ['post /api/v1/screen/renew', '/api/v1/screen/renew', ['display'], {}],
  ['get /api/v1/screens', '/api/v1/screens', LEADERS],
  ['post /api/v1/screens', '/api/v1/screens', LEADERS, {}],
  ['post /api/v1/screens/{screen}', '/api/v1/screens/none', LEADERS, {}],
  ['delete /api/v1/screens/{screen}', '/api/v1/screens/none', LEADERS],
  ['post /api/v1/screens/{screen}/reload', '/api/v1/screens/none/reload', LEADERS, {}],
  // last: it ends the session it is asked with
  ['delete /api/v1/session', '/api/v1/session', ANYBODY],
];

export default {
  async 'accounts that cannot be read let nobody in'(scene) {
    const { daemon, cookies } = await site(scene, { roles: ['duty', 'admin'] });
    const screen = await pair(daemon, cookies.duty);
    const db = path.join(scene.dir, 'data', 'shiftwall.db'), kept = path.join(scene.dir, 'kept.db');
    const locked = async what => {
      for (const path_ of [`${S}/views/site`, `${S}/views/agents`, '/api/v1/session', '/api/v1/screens']) equal((await ask(daemon, 'GET', path_)).status, 503, `${what}: ${path_}`);
      equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: screen.cookie })).status, 503, `${what}: a screen tries again later`);
      equal((await ask(daemon, 'POST', '/api/v1/session', { body: { name: '路人' } })).status, 503, `${what}: a name is not enough`);
      equal((await ask(daemon, 'GET', '/metrics')).status, 401, `${what}: /metrics`);
      equal((await ask(daemon, 'GET', '/healthz')).status, 200, `${what}: /healthz`);
      await assertRejects(new Wall(scene, daemon, { views: ['agents'] }).opened, '401');
      assert(/error accounts /.test(daemon.process.err), `${what}: it is said`);
    };
    await daemon.process.kill('SIGTERM');
    fs.copyFileSync(db, kept);
    fs.writeFileSync(db, 'A'.repeat(8192));
    await daemon.start();
    await locked('damaged');
    await daemon.process.kill('SIGTERM');
    fs.rmSync(db);
    await daemon.start();
    await locked('gone');
    await daemon.process.kill('SIGTERM');
    fs.copyFileSync(kept, db);
    await daemon.start();
    await daemon.live();
    equal((await signIn(daemon, 'duty')).status, 201, 'a backup is put back: everybody is there again');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: screen.cookie })).status, 200, 'and the screen');
    await daemon.process.kill('SIGTERM');
    fs.rmSync(db);
    await daemon.start();
    await locked('gone again');
    addUser(scene, 'anew', 'admin');
    await until('an account made anew', async () => (await signIn(daemon, 'anew')).status === 201);
    equal(user(scene, ['remove', 'anew']).status, 0, 'the last one is removed on purpose');
    await until('then this machine is open again', async () => (await ask(daemon, 'GET', `${S}/views/agents`)).status === 200);
  },

  async 'every route, with every role'(scene) {
    const { daemon, cookies } = await site(scene);
    cookies.display = (await pair(daemon, cookies.duty)).cookie;
    const described = JSON.parse((await daemon.get('/api/v1/openapi.json')).body).paths;
    const operations = Object.entries(described).flatMap(([p, item]) => Object.keys(item).filter(m => m !== 'parameters').map(m => `${m} ${p}`));
    const missing = operations.filter(o => !TABLE.some(([operation]) => operation === o));
    equal(missing, [], 'every operation of the API is in the table');
    const unknown = TABLE.filter(([operation]) => !operations.includes(operation)).map(([operation]) => operation);
    equal(unknown, [], 'and the API describes every route of it');
    const wrong = [];
    for (const [operation, path_, allowed, body, type] of TABLE) {
      const method = operation.split(' ')[0].toUpperCase();
      for (const role of ANYBODY) {
        const { status } = await ask(daemon, method, path_, { body, type, cookie: cookies[role] });
        const refusal = role === 'nobody' || path_.startsWith('/api/v1/screen/') || path_ === '/api/v1/screen' || (role === 'display' && /\/session(s|\/password)/.test(path_)) ? 401 : 403;
        const expected = allowed.includes(role) ? ![401, 403].includes(status) : status === refusal;
        if (!expected || status >= 500) wrong.push(`${role} ${method} ${path_}: ${status}, ${allowed.includes(role) ? 'allowed' : 'refused'} expected`);
      }
    }
    equal(wrong, [], `${TABLE.length} routes x ${ANYBODY.length} roles`);
  },

  async 'an account from the command line to its end'(scene) {
    const made = user(scene, ['add', '--role', 'admin', 'root']);
    equal(made.status, 0, made.err);
    const first = /password is (\S+)/.exec(made.out)[1];
    equal(user(scene, ['add', '--role', 'admin', 'root']).status, 1, 'there is such an account');
    equal(user(scene, ['add', '--role', 'lead', 'li']).status, 1, 'a lead without a team');
    equal(user(scene, ['add', '--role', 'boss', 'li']).status, 1, 'no such role');
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data')] });
    await daemon.live();
    equal((await ask(daemon, 'POST', '/api/v1/session', { body: { name: '路人' } })).status, 422, 'a name alone is not enough any more');
    let root = await signIn(daemon, 'root', first);
    equal([root.status, root.body.must_change], [201, true], 'the made password has to be changed');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: root.cookie })).status, 403, 'before that nothing may be done');
    const change = (cookie, password, next) => ask(daemon, 'POST', '/api/v1/session/password', { cookie, body: { password, new_password: next } });
    equal((await change(root.cookie, first, 'short')).status, 422, 'too short');
    equal((await change(root.cookie, first, '123456789012')).status, 422, 'digits only');
    equal((await change(root.cookie, 'not the old one', PASSWORD)).status, 401, 'the old one is asked for');
    const other = await signIn(daemon, 'root', first);
    const changed = await change(root.cookie, first, PASSWORD);
    equal([changed.status, changed.body.must_change], [200, undefined], changed.text);
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: root.cookie })).status, 200, 'this session goes on');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: other.cookie })).status, 401, 'the others are over');
    equal((await signIn(daemon, 'root', first)).status, 401, 'the old password is gone');

    const add = body => ask(daemon, 'POST', '/api/v1/accounts', { cookie: root.cookie, body });
    const li = await add({ id: 'li', name: '李强', role: 'lead', teams: ['A'] });
    equal([li.status, li.body.account.teams, li.body.account.must_change], [201, ['A'], true], li.text);
    assert(!/argon2/.test(li.text), 'no hash is told');
    equal((await add({ id: 'li', role: 'duty' })).status, 409, 'there is such an account');
    equal((await add({ id: 'a b', role: 'duty' })).status, 422, 'no id');
    equal((await add({ id: 'wu', role: 'lead' })).status, 422, 'a lead without a team');
    equal((await add({ id: 'wu', role: 'duty', password: 'kurz' })).status, 422, 'too short');
    equal((await ask(daemon, 'POST', '/api/v1/accounts/root', { cookie: root.cookie, body: { role: 'duty' } })).status, 409, 'somebody must be left');
    equal((await ask(daemon, 'DELETE', '/api/v1/accounts/root', { cookie: root.cookie })).status, 409, 'who may manage accounts');

    const one = await signIn(daemon, 'li', li.body.password);
    equal(one.status, 201, 'li signs in');
    equal((await change(one.cookie, li.body.password, PASSWORD)).status, 200, 'and takes a password of their own');
    const wall = new Wall(scene, daemon, { views: [], options: { headers: { cookie: one.cookie } } });
    await wall.opened;
    equal((await ask(daemon, 'POST', '/api/v1/accounts/li', { cookie: root.cookie, body: { disabled: true } })).status, 200, 'disabled');
    equal((await wall.closed).code, 4403, 'the socket is closed');
    equal((await ask(daemon, 'GET', '/api/v1/session', { cookie: one.cookie })).body.person, undefined, 'the session is over');
    equal((await signIn(daemon, 'li')).status, 401, 'and there is no other');
    equal((await ask(daemon, 'POST', '/api/v1/accounts/li', { cookie: root.cookie, body: { disabled: false, reset: true } })).status, 200, 'enabled again');

    addUser(scene, 'chen', 'quality');
    const known = async () => (await ask(daemon, 'GET', '/api/v1/accounts', { cookie: root.cookie })).body.accounts.map(a => a.id);
    await until('the daemon sees what the command line did', async () => (await known()).includes('chen'));
    const chen = await signIn(daemon, 'chen');
    equal(chen.status, 201, chen.text);
    equal(user(scene, ['disable', 'chen']).status, 0, 'disabled on the command line');
    await until('seen, too', async () => (await ask(daemon, 'GET', `${S}/views/site`, { cookie: chen.cookie })).status === 401);
    equal(user(scene, ['remove', 'chen']).status, 0, 'removed');

    const audit = (await ask(daemon, 'GET', `${S}/audit`, { cookie: root.cookie })).body.records;
    for (const kind of ['account.add', 'account.change', 'account.password', 'account.remove', 'session.begin', 'session.refused'])
      assert(audit.some(r => r.kind === kind), `${kind} is on record`);
    assert(audit.some(r => r.kind === 'account.add' && r.role === 'command line'), 'the command line, too');
    const csv = await ask(daemon, 'GET', `${S}/audit?format=csv&kind=account*&limit=3`, { cookie: root.cookie });
    equal([csv.headers['content-type'], csv.text.trim().split('\r\n').length], ['text/csv; charset=utf-8', 4], 'as a table');
    assert(!JSON.stringify(audit).includes(PASSWORD) && !JSON.stringify(audit).includes('argon2'), 'no secrets are on record');
    const all = [daemon.process.err, daemon.process.out].join();
    for (const secret of [PASSWORD, first, root.cookie.split('=')[1], li.body.password]) assert(!all.includes(secret), 'no secrets are in the log');
  },

  async 'sessions are listed and ended; guessing is stopped by account and by address'(scene) {
    const { daemon, cookies } = await site(scene, { roles: ['lead', 'admin'] });
    const second = await signIn(daemon, 'lead', PASSWORD, { 'user-agent': 'Tablet' });
    const own = (await ask(daemon, 'GET', '/api/v1/sessions', { cookie: cookies.lead })).body.sessions;
    equal([own.length, own.filter(s => s.current).length], [2, 1], 'one\'s own');
    const tablet = own.find(s => s.browser === 'Tablet');
    equal((await ask(daemon, 'DELETE', `/api/v1/sessions/${tablet.id}`, { cookie: cookies.lead })).status, 200, 'ended');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie: second.cookie })).status, 401, 'it is over');
    const all = (await ask(daemon, 'GET', '/api/v1/sessions?all=1', { cookie: cookies.admin })).body.sessions;
    const admins = all.find(s => s.person === 'admin');
    equal((await ask(daemon, 'DELETE', `/api/v1/sessions/${admins.id}`, { cookie: cookies.lead })).status, 404, 'not somebody else\'s');
    for (let i = 0; i < 5; i++) equal((await signIn(daemon, 'lead', `wrong ${i}`)).status, 401, 'wrong');
    const waits = await signIn(daemon, 'lead');
    equal([waits.status, Number(waits.headers['retry-after']) > 0], [429, true], 'even the right one has to wait');
    equal((await signIn(daemon, 'admin')).status, 201, 'others do not');
    const unknown = [];
    for (let i = 0; i < 20; i++) unknown.push((await signIn(daemon, `nobody ${i}`, 'wrong')).status);
    assert(unknown.includes(429), `many accounts from one address: ${unknown}`);
    equal((await signIn(daemon, 'admin')).status, 429, 'nobody is let in from there');
    assert((await ask(daemon, 'GET', `${S}/audit?kind=session.refused`, { cookie: cookies.admin })).body.records.length >= 5, 'it is on record');
  },

  async 'a socket does not outlive its session'(scene) {
    const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', offset = path.join(scene.dir, 'offset');
    assert(fs.existsSync(library), 'libfaketime is installed');
    fs.writeFileSync(offset, '+0');
    addUser(scene, 'duty', 'duty');
    const redis = await startRedis(scene);
    const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: offset, FAKETIME_CACHE_DURATION: '1' };
    const daemon = await startDaemon(scene, { redis, args: ['--data', path.join(scene.dir, 'data')], env });
    await daemon.live();
    const { cookie } = await signIn(daemon, 'duty');
    const wall = new Wall(scene, daemon, { views: ['agents'], options: { headers: { cookie } } });
    await wall.opened;
    await until('it is shown something', () => wall.docs.agents);
    fs.writeFileSync(offset, `+${13 * 3600}`);
    equal((await wall.closed).code, 4403, 'after twelve hours of silence the line is closed');
    equal((await ask(daemon, 'GET', `${S}/views/agents`, { cookie })).status, 401, 'and nobody is signed in');
  },

  async 'a lead sees their own teams, everywhere'(scene) {
    const { daemon, redis, cookies } = await site(scene);
    const cookie = cookies.lead;
    const today = new Date().toISOString().slice(0, 10);
    const csv = `date,agent,name,team,seat,start,end,activities,leave\n${today},1,王芳,A,01,00:00,23:59,,\n${today},2,李娜,B,02,00:00,23:59,,\n`;
    equal((await ask(daemon, 'POST', `${S}/roster`, { cookie: cookies.duty, body: csv, type: 'text/csv' })).status, 201, 'a roster');
    for (const agent of ['1', '2']) {
      const now = Date.now();
      const body = { agent, kind: 'busy', from: now, to: now + 60_000, reason: '打印机' };
      equal((await ask(daemon, 'POST', `${S}/grants`, { cookie: cookies.duty, body })).status, 201, 'granted');
    }
    const view = async (name, by = cookie) => (await ask(daemon, 'GET', `${S}/views/${encodeURIComponent(name)}`, { cookie: by })).body;
    await until('duty sees both', async () => Object.values((await view('shifts', cookies.duty)).shifts).length === 2);
    equal(Object.keys((await view('agents')).agents), ['1'], 'agents');
    equal(Object.keys((await view('teams')).teams), ['A'], 'teams');
    equal(Object.values((await view('shifts')).shifts).map(s => s.agent), ['1'], 'shifts');
    equal(Object.values((await view('grants')).grants).map(g => g.agent), ['1'], 'grants');
    for (const name of ['breaches', 'alerts'])
      assert(!JSON.stringify(await view(name)).includes('"agent":"2"'), name);
    equal((await ask(daemon, 'GET', `${S}/roster`, { cookie })).body.shifts.map(s => s.agent), ['1'], 'the roster');
    const records = (await ask(daemon, 'GET', `${S}/records`, { cookie })).body.records;
    assert(records.length && records.every(r => r.agent === undefined || r.agent === null || r.agent === '1'), 'records');
    assert(!records.some(r => r.kind === 'roster' || r.kind.startsWith('session.')), 'and nothing about who came in');
    const intervals = async by => Object.keys((await ask(daemon, 'GET', `${S}/intervals?by=${by}`, { cookie })).body.intervals.at(-1)[`${by}s`]);
    equal([await intervals('team'), await intervals('agent')], [['A'], ['1']], 'history');
    const own = (await ask(daemon, 'GET', `${S}/intervals?by=agent`, { cookie: cookies.agent })).body;
    equal(Object.keys(own.intervals.at(-1).agents), ['1'], 'an agent sees their own');
    const chart = (await ask(daemon, 'GET', `${S}/charts/now.json`, { cookie })).text;
    assert(!chart.includes('李娜'), 'the sign-in chart names nobody of another team');

    const wall = new Wall(scene, daemon, { views: ['agents', 'shifts', 'agents/A'], options: { headers: { cookie } } });
    await wall.opened;
    await until('the same on the socket', () => Object.keys(wall.docs.agents?.agents ?? {}).length === 1);
    await redis.emit([state('1', 'break'), state('2', 'break'), state('3', 'ready', { team: 'A' }), state('4', 'ready', { team: 'B' })]);
    await until('and as things change', () => wall.docs.agents.agents['3'] && wall.docs.agents.agents['1'].state === 'break');
    await redis.emit([state('2', 'ready', { team: 'A' })]);
    assert(!wall.docs.agents.agents['2'] && !wall.docs.agents.agents['4'], 'nobody of another team');
    equal(wall.faults, [], 'patches fit');
    const moved = await ask(daemon, 'POST', '/api/v1/accounts/lead', { cookie: cookies.admin, body: { teams: ['B'] } });
    equal(moved.status, 200, moved.text);
    equal((await wall.closed).code, 4000, 'with other teams the line is made anew');
    await until('and shows them', async () => Object.keys((await view('agents')).agents).includes('4'));
  },

  async 'a screen is paired, sent another board, renewed, revoked'(scene) {
    const { daemon, cookies } = await site(scene, { roles: ['lead', 'duty', 'quality'] });
    const offer = (await ask(daemon, 'POST', '/api/v1/pair', { body: {} })).body;
    assert(/^[A-HJKMNP-Z2-9]{6}$/.test(offer.code), offer.code);
    const poll = () => ask(daemon, 'POST', '/api/v1/pair/poll', { body: { secret: offer.secret } });
    equal((await poll()).body.state, 'waiting', 'not yet');
    const approve = (code, board = 'queues') => ask(daemon, 'POST', '/api/v1/screens', { cookie: cookies.lead, body: { code, name: '大厅东', board } });
    equal((await approve('AAAAAA')).status, 404, 'no such code');
    equal((await approve(offer.code, 'none')).status, 422, 'no such board');
    const typed = `${offer.code.slice(0, 3).toLowerCase()} - ${offer.code.slice(3)}`;
    equal((await approve(typed)).status, 201, 'as people type it');
    equal((await approve(offer.code)).status, 404, 'a code is good for once');
    const paired = await poll();
    equal([paired.body.state, paired.body.screen.board], ['paired', 'queues'], 'paired');
    assert(/HttpOnly/.test(paired.headers['set-cookie'][0]) && /SameSite=Strict/.test(paired.headers['set-cookie'][0]), 'the cookie');
    equal((await poll()).status, 410, 'the token is given once');
    let cookie = cookieOf(paired);
    const { id } = paired.body.screen;

    const wall = new Wall(scene, daemon, { views: ['site', 'queues'], options: { headers: { cookie } } });
    const told = [];
    wall.socket.on('message', data => JSON.parse(data).op === 'screen' && told.push(JSON.parse(data)));
    await wall.opened;
    await until('greeted as a screen', () => wall.hello && wall.docs.queues);
    equal([wall.hello.role, wall.hello.board, wall.hello.screen], ['display', 'queues', { id, name: '大厅东' }], 'hello');
    wall.send({ op: 'subscribe', site: 'main', views: ['agents'] });
    await until('nothing but its board', () => wall.error?.code === 'forbidden');
    wall.send({ op: 'screen', version: '1.0+x', offset: -2500, width: 3840, height: 2160, board: 'queues' });
    const fleet = async () => (await ask(daemon, 'GET', '/api/v1/screens', { cookie: cookies.lead })).body.screens.find(s => s.id === id);
    await until('the fleet knows', async () => (await fleet())?.offset === -2500);
    const shown = await fleet();
    equal([shown.online, shown.width, shown.version, shown.paired_by, shown.name], [true, 3840, '1.0+x', 'lead', '大厅东'], 'the fleet');
    equal((await ask(daemon, 'GET', '/api/v1/boards/overview', { cookie })).status, 403, 'not another board');
    equal((await ask(daemon, 'POST', `/api/v1/screens/${id}`, { cookie: cookies.duty, body: { board: 'overview,agents' } })).status, 200, 'another board');
    await until('it is told at once', () => told.some(m => m.board === 'overview,agents'));
    wall.send({ op: 'subscribe', site: 'main', views: ['agents'] });
    await until('whose views it may read now', () => wall.docs.agents);
    equal((await ask(daemon, 'GET', '/api/v1/boards/agents', { cookie })).status, 200, 'both of them');
    equal((await ask(daemon, 'POST', `/api/v1/screens/${id}/reload`, { cookie: cookies.duty, body: {} })).status, 202, 'reload');
    await until('it is told', () => told.some(m => m.reload === true));

    const renewed = await ask(daemon, 'POST', '/api/v1/screen/renew', { cookie, body: {} });
    const next = cookieOf(renewed);
    assert(next && next !== cookie, 'another token');
    equal((await ask(daemon, 'GET', '/api/v1/screen', { cookie })).status, 200, 'the old one is good until the new one is used');
    equal((await ask(daemon, 'GET', '/api/v1/screen', { cookie: next })).status, 200, 'the new one');
    equal((await ask(daemon, 'GET', '/api/v1/screen', { cookie })).status, 401, 'then it is not');
    cookie = next;

    await daemon.process.kill('SIGKILL');
    await daemon.start();
    await daemon.live();
    equal((await ask(daemon, 'GET', '/api/v1/screen', { cookie })).body.screen, { id, name: '大厅东', board: 'overview,agents' }, 'after kill -9, too');
    const again = new Wall(scene, daemon, { views: ['site'], options: { headers: { cookie } } });
    await again.opened;
    const lead = await signIn(daemon, 'lead');
    equal((await ask(daemon, 'DELETE', `/api/v1/screens/${id}`, { cookie: lead.cookie })).status, 200, 'revoked');
    equal((await again.closed).code, 4403, 'cut off');
    equal((await ask(daemon, 'GET', `${S}/views/site`, { cookie })).status, 401, 'and not let in again');
    const refused = new Wall(scene, daemon, { views: [], options: { headers: { cookie } } });
    await assertRejects(refused.opened, '401');
    equal((await ask(daemon, 'GET', `${S}/audit?kind=screen*`, { cookie: (await signIn(daemon, 'duty')).cookie })).body.records.map(r => r.kind).sort(), ['screen.change', 'screen.pair', 'screen.reload', 'screen.revoke'], 'on record');
  },

  async 'a trusted proxy says who it is, and an untrusted one makes nobody local'(scene) {
    const config = path.join(scene.dir, 'c.yaml');
    const token = path.join(scene.dir, 'token');
    fs.writeFileSync(token, 'a-token-for-prometheus\n');
    fs.writeFileSync(config, `trusted_proxies: ["127.0.0.1"]\nuser_header: x-remote-user\nmetrics_token_file: ${token}\n`);
    const { daemon, cookies } = await site(scene, { config, roles: ['duty', 'quality'] });
    const via = (headers, path_ = `${S}/views/shifts`) => ask(daemon, 'GET', path_, { headers });
    equal((await via({ 'x-remote-user': 'duty', 'x-forwarded-for': '10.0.0.9' })).status, 200, 'whom the proxy names');
    equal((await via({ 'x-remote-user': 'nobody' })).status, 401, 'an account that is not there');
    equal((await via({})).status, 401, 'nobody');
    const done = await signIn(daemon, 'duty', PASSWORD, { 'x-forwarded-for': '10.9.9.9, 10.0.0.7', 'x-forwarded-proto': 'https' });
    assert(/; Secure/.test(done.headers['set-cookie'][0]), 'over TLS at the proxy the cookie is for TLS only');
    const sessions = (await ask(daemon, 'GET', '/api/v1/sessions', { cookie: done.cookie })).body.sessions;
    equal(sessions.find(s => s.current).address, '10.0.0.7', 'the address the proxy saw, not the one the client claims');
    const odd = await signIn(daemon, 'duty', PASSWORD, { 'x-forwarded-for': '10.0.0.7, "},{' });
    equal((await ask(daemon, 'GET', '/api/v1/sessions', { cookie: odd.cookie })).body.sessions.find(s => s.current).address, '127.0.0.1', 'what is no address is none');
    const twice = await signIn(daemon, 'duty', PASSWORD, { 'x-forwarded-for': ['127.0.0.1', '10.0.0.8'] });
    equal((await ask(daemon, 'GET', '/api/v1/sessions', { cookie: twice.cookie })).body.sessions.find(s => s.current).address, '10.0.0.8', 'in two headers, the last one');
    equal((await via({ authorization: 'Bearer a-token-for-prometheus' }, '/metrics')).status, 200, 'metrics by their token');
    equal((await via({ authorization: 'Bearer another' }, '/metrics')).status, 401, 'not by another');
    equal((await ask(daemon, 'GET', '/metrics', { cookie: cookies.quality })).status, 200, 'or signed in');
    const guesses = [];
    for (let i = 0; i < 22; i++) guesses.push((await signIn(daemon, `nobody ${i}`, 'wrong', { 'x-forwarded-for': `2001:db8:1:2:${i}::9` })).status);
    assert(guesses.includes(429), `one network of IPv6 is one address: ${guesses}`);
    equal((await signIn(daemon, 'nobody', 'wrong', { 'x-forwarded-for': '2001:db8:1:3::9' })).status, 401, 'another one is not');
    const redis = await startRedis(scene);
    const plain = await startDaemon(scene, { redis });
    await plain.live();
    equal((await ask(plain, 'GET', `${S}/views/shifts`)).status, 200, 'without accounts this machine sees all');
    equal((await ask(plain, 'GET', `${S}/views/shifts`, { headers: { 'x-forwarded-for': '10.0.0.9' } })).status, 401, 'but not through a proxy nobody trusts');
    equal((await ask(plain, 'GET', `${S}/views/shifts`, { headers: { 'x-remote-user': 'duty' } })).status, 200, 'whose word on names counts nothing');
    equal((await ask(plain, 'GET', '/api/v1/accounts')).status, 403, 'the first account is made on the command line');
    // a page elsewhere whose name leads to this machine has an origin of its own to match
    for (const [host, status] of [['localhost', 200], ['LOCALHOST:1', 200], ['wall.localhost:8080', 200], ['[::1]:8080', 200], ['127.9.9.9', 200],
      ['evil.example', 401], ['127.evil.example', 401], ['localhost.evil.example:8080', 401], ['evillocalhost', 401], ['10.0.0.1:8080', 401], ['[fe80::1]', 401]]) {
      equal((await ask(plain, 'GET', `${S}/views/shifts`, { headers: { host } })).status, status, `asked for as ${host}`);
      const body = { agent: '1', kind: 'busy', from: 1, to: 2, reason: 'x' };
      if (status !== 200) equal((await ask(plain, 'POST', `${S}/grants`, { headers: { host, origin: `http://${host}` }, body })).status, 401, `nor may it write as ${host}`);
    }
    const rebound = new Wall(scene, plain, { views: ['agents'], options: { headers: { host: 'evil.example', origin: 'http://evil.example' } } });
    await rebound.opened;
    await until('and sees nothing on the socket', () => rebound.error?.code === 'forbidden');
    const trusting = await startDaemon(scene, { redis, args: ['--config', config] });
    await trusting.live();
    equal((await ask(trusting, 'GET', `${S}/views/shifts`, { headers: { 'x-forwarded-for': 'unknown' } })).status, 401, 'who knows from where');
  },
};

async function assertRejects(promise, text) {
  let message = '';
  await promise.catch(error => (message = error.message));
  assert(message.includes(text), `${message}: ${text} expected`);
}

export { ROLES };
