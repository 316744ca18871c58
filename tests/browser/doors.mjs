// Who may come in, in a real browser against a real daemon: screens that are paired, sent elsewhere and revoked; accounts,
// their passwords and sessions; what each role is offered; the audit.
import fs from 'node:fs';
import { assert, equal, sleep, until } from '../integration/lib.mjs';
import { addProducer, addUser, ask, pair, PASSWORD, ROLES, signIn, site, user } from '../integration/doors.mjs';
import { drawn, fits, go, has, hasNot, submit, toast, tooSmall } from './console.mjs';
import { accessible, DESK, PHONE, scenario } from './lib.mjs';

const NEXT_PASSWORD = 'quite another one';

/** One scenario on a site with accounts of ROLES. OPEN(where, { size, lang, as }) is a page; AS: a role that is signed in. */
const test = (name, play, { roles = ['duty', 'quality', 'admin'] } = {}) =>
  scenario(`doors: ${name}`, async ({ scene, pages }) => {
    const stage = await site(scene, { roles });
    const open = async (where, { size = DESK, lang = 'en', as } = {}) => {
      const page = await pages(size);
      if (as) {
        const [key, value] = stage.cookies[as].split('=');
        await page.context().addCookies([{ name: key, value, url: stage.daemon.url }]);
      }
      const [path, hash = ''] = where.split('#');
      await page.goto(`${stage.daemon.url}${path}?lang=${lang}${hash ? `#${hash}` : ''}`);
      if (as) await drawn(page);
      return page;
    };
    await play({ scene, ...stage }, open);
  });

const code = async page => {
  await has(page, '[data-code]');
  return page.locator('[data-code]').getAttribute('data-code');
};
const at = (page, path) => until(`at ${path}`, async () => new URL(page.url()).pathname === path);
const form = (page, name) => page.locator(`dialog[open][data-form="${name}"]`);
const enter = async (page, person, password) => {
  await has(page, '#session-pin');
  await page.fill('#session-who', person);
  await page.fill('#session-pin', password);
  await page.keyboard.press('Enter');
};

test('a screen is paired, shown elsewhere, reloaded and revoked', async ({ daemon }, open) => {
  const screen = await open('/pair');
  const shown = await code(screen);
  const console = await open('/console#screens', { as: 'duty' });
  await has(console, 'main .nothing');
  await console.locator('[data-act="pair"]').click();
  // As somebody types it: small letters, a blank between the halves; first one that nobody shows.
  await console.fill('#screen-code', 'aaa aaa');
  await console.fill('#screen-name', '大厅东');
  await submit(console).click();
  await has(console, 'dialog[open] .problem');
  await console.fill('#screen-code', ` ${shown.slice(0, 3).toLowerCase()}-${shown.slice(3).toLowerCase()}`);
  await submit(console).click();
  await hasNot(console, 'dialog[open]');
  await at(screen, '/wall/overview');
  await until('the wall shows figures', async () => (await screen.locator('.skeleton').count()) === 0 && (await screen.locator('[data-widget]').count()) > 0);
  const row = console.locator('[data-screen]');
  await until('the fleet knows it', async () => (await row.getAttribute('data-online')) === 'true' && /1920 × 1080/.test(await row.innerText()));
  equal(await row.locator('.screen-facts .tag-warning').count(), 0, 'its version and its clock are right');
  // Another board, without being loaded again.
  await screen.evaluate(() => { globalThis.before = true; });
  await row.locator('[data-act="open"]').click();
  for (const board of ['overview', 'queues']) await form(console, 'screen').locator(`[data-board="${board}"]`).click();
  await submit(console).click();
  await until('another board', async () => (await screen.locator('[data-widget="queue_table"]').count()) > 0);
  equal(await screen.evaluate(() => globalThis.before), true, 'it is the same page');
  await until('the fleet says so', async () => /queues/.test(await row.locator('.screen-boards').innerText()));
  await row.locator('[data-act="reload"]').click();
  await until('loaded again', async () => (await screen.evaluate(() => globalThis.before).catch(() => true)) === undefined);
  await has(screen, '[data-widget="queue_table"]');
  await row.locator('[data-act="revoke"]').click();
  await form(console, 'revoke').locator('.act-danger').click();
  await has(screen, '[data-door="revoked"]');
  await has(console, 'main .nothing');
  await at(screen, '/pair');
  assert((await code(screen)) !== shown, 'a new code');
  equal((await ask(daemon, 'GET', '/api/v1/sites/main/audit?kind=screen*', { cookie: (await signIn(daemon, 'admin')).cookie })).body.records.map(one => one.kind), ['screen.revoke', 'screen.reload', 'screen.change', 'screen.pair'], 'all is on record');
});

test('a screen that is paired goes to its board by itself, also after the daemon was away', async ({ daemon, cookies }, open) => {
  const { cookie } = await pair(daemon, cookies.duty, 'queues');
  const screen = await open('/pair');
  const [key, value] = cookie.split('=');
  await screen.context().addCookies([{ name: key, value, url: daemon.url }]);
  await screen.goto(`${daemon.url}/pair`);
  await at(screen, '/wall/queues');
  await has(screen, '[data-widget="queue_table"]');
  await daemon.process.kill('SIGKILL');
  await daemon.start();
  await until('it is live again', async () => /Live|实时/.test(await screen.locator('header').innerText()));
});

test('who is not let in is shown the ways in', async (_site, open) => {
  for (const lang of ['zh-CN', 'en']) {
    const page = await open('/wall/overview', { lang });
    await has(page, '[data-door="shut"]');
    await accessible(page, 'the door');
    equal(await page.locator('[data-widget]').count(), 0, 'nothing of the board is there');
    await page.locator('[data-way="console"]').click();
    await at(page, '/console');
    await has(page, '#session-who');
    await accessible(page, 'the sign-in');
    await page.goBack();
    await has(page, '[data-way="pair"]');
    await page.locator('[data-way="pair"]').click();
    await code(page);
    await accessible(page, 'the pairing');
  }
});

test('signing in: a wrong password, too many of them, and the right one', async ({ scene }, open) => {
  const page = await open('/console#floor');
  await enter(page, 'quality', 'not the right one');
  await has(page, 'dialog[open] .problem.is-critical');
  equal(await page.locator('#session-pin').inputValue(), '', 'what was typed is gone');
  await page.fill('#session-pin', PASSWORD);
  await page.keyboard.press('Enter');
  await hasNot(page, 'dialog[open]');
  await has(page, 'main [data-agent="1"]');
  equal(await page.locator('.account').first().getAttribute('data-person'), 'quality', 'who they are');
  addUser(scene, 'slow', 'quality');
  const other = await open('/console#floor');
  await until('asked to wait', async () => {
    if (await other.locator('dialog[open] [data-status="429"]').count()) return true;
    await enter(other, 'slow', `wrong ${Math.random()}`);
    await sleep(300);
    return false;
  });
  assert(/wait \d+ s/.test(await other.locator('[data-status="429"]').innerText()), 'it says how long');
  equal(await submit(other).getAttribute('aria-disabled'), 'true', 'and takes nothing until then');
});

test('an account is made, its password has to be changed, then it is at work', async (_site, open) => {
  const admin = await open('/console#accounts', { as: 'admin' });
  await admin.locator('[data-act="add"]').click();
  await admin.fill('#account-id', 'wang');
  await admin.fill('#account-name', '王芳');
  await admin.locator('#account-role').selectOption('lead');
  equal(await submit(admin).getAttribute('aria-disabled'), 'true', 'a lead has to have a team');
  await form(admin, 'account-form').locator('[data-team="A"]').click();
  await submit(admin).click();
  await has(admin, '[data-password]');
  const first = await admin.locator('[data-password]').innerText();
  await form(admin, 'once').locator('.act-main').click();
  await has(admin, '[data-account="wang"]');
  // The same again is refused, and nothing that was typed is lost.
  await admin.locator('[data-act="add"]').click();
  await admin.fill('#account-id', 'wang');
  await submit(admin).click();
  await has(admin, 'dialog[open] [data-status="409"]');
  equal(await admin.locator('#account-id').inputValue(), 'wang', 'what was typed');
  await admin.keyboard.press('Escape');

  const page = await open('/console#floor');
  await enter(page, 'wang', first);
  await has(page, 'dialog[open][data-form="password"]');
  await accessible(page, 'the change of a password');
  const change = async (next, again) => {
    await page.fill('#password-new', next);
    await page.fill('#password-again', again);
    await page.keyboard.press('Enter');
  };
  for (const [next, again, fault] of [['short', 'short', 'pw.short'], ['123456789012', '123456789012', 'pw.digits'], [NEXT_PASSWORD, `${NEXT_PASSWORD}!`, 'pw.differ']]) {
    await change(next, again);
    await has(page, `[data-fault="${fault}"]`);
  }
  await change(NEXT_PASSWORD, NEXT_PASSWORD);
  await hasNot(page, 'dialog[open]');
  await has(page, 'main [data-agent="1"]');
  equal(await page.locator('main [data-agent="2"]').count(), 0, 'a lead sees their own team');

  // Disabled: thrown out at once.
  await admin.locator('[data-account="wang"] [data-act="disable"]').click();
  await toast(admin, /王芳/);
  await has(page, '#session-who');
  await admin.locator('[data-account="wang"] [data-act="disable"]').click();
  await until('enabled', async () => (await admin.locator('[data-account="wang"] .tag-critical').count()) === 0);
  await admin.locator('[data-account="wang"] [data-act="reset"]').click();
  await form(admin, 'reset').locator('.act-danger').click();
  await has(admin, '[data-password]');
  assert((await admin.locator('[data-password]').innerText()) !== first, 'another password');
  await form(admin, 'once').locator('.act-main').click();
  await admin.locator('[data-account="wang"] [data-act="remove"]').click();
  await form(admin, 'remove').locator('.act-danger').click();
  await hasNot(admin, '[data-account="wang"]');
});

test('producers: what each has sent, and a token is taken away', async ({ daemon, scene }, open) => {
  const admin = await open('/console#accounts', { as: 'admin' });
  await has(admin, '.producers [data-none]');
  const token = addProducer(scene, '客服桌面');
  const send = body => ask(daemon, 'POST', '/api/v1/sites/main/events', { body, headers: { authorization: `Bearer ${token}` } });
  await until('its token is known', async () => (await send([1, { type: 'notice', ts: Date.now(), text: 'x' }])).status === 202);
  const row = admin.locator('[data-producer="客服桌面"]');
  await until('the list says so', async () => (await row.count()) === 1 && /1 accepted[^]*1 refused/.test(await row.innerText()));
  assert(!(await admin.content()).includes(token), 'the token is nowhere');
  await row.locator('[data-act="revoke-producer"]').click();
  await form(admin, 'revoke-producer').locator('.act-danger').click();
  await has(admin, '.producers [data-none]');
  equal((await send([])).status, 401, 'at once');
  const audit = await ask(daemon, 'GET', '/api/v1/sites/main/audit?kind=producer*', { cookie: (await signIn(daemon, 'admin')).cookie });
  equal(audit.body.records.map(one => `${one.kind} ${one.by}`), ['producer.revoke admin', audit.body.records[1] && `producer.add ${audit.body.records[1].by}`], 'on record');
});

test('my account: another password, and the other sessions end', async ({ daemon }, open) => {
  const page = await open('/console#floor', { as: 'quality' });
  await signIn(daemon, 'quality', PASSWORD, { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Chrome/130.0' });
  const other = await open('/console#floor');
  await enter(other, 'quality', PASSWORD);
  await hasNot(other, 'dialog[open]');
  await page.locator('.account-open').click();
  const mine = form(page, 'account');
  await until('three sessions', async () => (await mine.locator('[data-session]').count()) === 3);
  equal(await mine.locator('[data-current]').count(), 1, 'one of them is this');
  assert(/Chrome · Windows/.test(await mine.innerText()), 'what they look in with');
  await accessible(page, 'my account');
  await mine.locator('[data-session]', { hasText: 'Windows' }).locator('[data-act="end"]').click();
  await until('two are left', async () => (await mine.locator('[data-session]').count()) === 2);
  await page.fill('#password-old', 'not the right one');
  await page.fill('#password-new', NEXT_PASSWORD);
  await page.fill('#password-again', NEXT_PASSWORD);
  await page.keyboard.press('Enter');
  await has(page, 'dialog[open] .problem.is-critical');
  await page.fill('#password-old', PASSWORD);
  await page.keyboard.press('Enter');
  await toast(page, /password is changed/);
  await until('this one is left', async () => (await mine.locator('[data-session]').count()) === 1);
  await has(other, '#session-who');
  await mine.locator('[data-act="sign-out"]').click();
  await has(page, '#session-who');
});

// What each role finds at the side of the console; everybody has "more".
const LEADERS = ['floor', 'breaks', 'signin', 'alerts', 'walk', 'roster', 'queues', 'staffing', 'day', 'charts'];
const OFFERED = {
  agent: ['agent'],
  lead: [...LEADERS, 'policy', 'screens'],
  duty: [...LEADERS, 'reports', 'chat', 'policy', 'screens', 'audit'],
  quality: [...LEADERS, 'reports', 'chat', 'policy'],
  manager: [...LEADERS, 'reports', 'chat', 'policy', 'screens', 'audit'],
  admin: [...LEADERS, 'reports', 'chat', 'policy', 'screens', 'accounts', 'audit'],
};

test('each role is offered what it may do, and nothing it is offered is refused', async (_site, open) => {
  for (const role of ROLES) {
    const page = await open('/console#floor', { as: role });
    const refused = [];
    page.on('response', response => response.status() === 403 && refused.push(new URL(response.url()).pathname));
    const sections = await page.locator('.rail [data-section]').evaluateAll(links => links.map(link => link.dataset.section));
    equal(sections, [...OFFERED[role], 'more'], `what ${role} is offered`);
    for (const section of sections.filter(one => one !== 'agent')) {
      await go(page, section);
      await sleep(100);
    }
    equal(refused, [], `refused to ${role}`);
    await page.context().close();
  }
}, { roles: ROLES });

test('the audit: who came in and what was written, by kind and person, page by page, as a file', async ({ daemon, cookies, scene }, open) => {
  for (let i = 0; i < 5; i++) await signIn(daemon, 'quality', `wrong ${i}`);
  for (let i = 0; i < 210; i++) equal(user(scene, ['change', '--name', `n${i}`, 'quality']).status, 0, 'changed');
  const page = await open('/console#audit', { as: 'admin' });
  const rows = page.locator('[data-record]');
  await until('a page of records', async () => (await rows.count()) === 200);
  await page.locator('.audit-more button').click();
  await until('the earlier ones, too', async () => (await rows.count()) > 210);
  await page.locator('select').selectOption('session*');
  await until('of one kind', async () => {
    const kinds = await rows.evaluateAll(all => all.map(row => row.dataset.record));
    return kinds.length > 0 && kinds.every(kind => kind.startsWith('session.')) && kinds.includes('session.refused') && kinds.includes('session.begin');
  });
  await page.fill('[data-search]', 'duty');
  await until('of one person', async () => (await rows.count()) === 1);
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('[data-act="csv"]').click()]);
  const lines = fs.readFileSync(await file.path(), 'utf8').trim().split('\r\n');
  equal([lines.length, lines[0]], [2, 'record,at,kind,key,agent,by,role,body'], 'the same as a file');
  assert(/session\.begin/.test(lines[1]), lines[1]);
  const all = await ask(daemon, 'GET', '/api/v1/sites/main/audit?format=csv', { cookie: cookies.admin });
  assert(all.text.split('\r\n').length > 215, 'a file is not cut into pages');
});

for (const [name, size] of [['at a desk', DESK], ['on a phone', PHONE]])
  for (const lang of ['zh-CN', 'en'])
    test(`the sections of who may come in ${name} in ${lang}: fit, nothing cut, accessible`, async ({ daemon, cookies, scene }, open) => {
      addProducer(scene, 'desktop-helper');
      const token = addProducer(scene, '华东区客服桌面助手（夜班）');
      await until('a producer has sent', async () => (await ask(daemon, 'POST', '/api/v1/sites/main/events', { body: [1, { type: 'notice', ts: Date.now(), text: 'x' }], headers: { authorization: `Bearer ${token}` } })).status === 202);
      await pair(daemon, cookies.duty, 'overview', 'Hall, east side');
      await pair(daemon, cookies.duty, 'queues,agents', '二楼走廊电梯口的大屏幕');
      await ask(daemon, 'POST', '/api/v1/accounts', { cookie: cookies.admin, body: { id: 'zhaoxiaoming.huadong', name: '赵晓明（华东区夜班）', role: 'lead', teams: ['A', 'B'] } });
      const page = await open('/console#screens', { as: 'admin', size, lang });
      const look = async (section, act, dialog) => {
        await go(page, section);
        await fits(page, section);
        await accessible(page, section);
        if (size === PHONE) equal(await tooSmall(page), [], `what is too small for a finger in ${section}`);
        if (!act) return;
        await page.locator(act).first().click();
        await has(page, `dialog[open][data-form="${dialog}"]`);
        await accessible(page, dialog);
        if (size === PHONE) equal(await tooSmall(page), [], `what is too small for a finger in ${dialog}`);
        await page.keyboard.press('Escape');
        await hasNot(page, 'dialog[open]');
      };
      await look('screens', '[data-act="pair"]', 'pair');
      await look('screens', '[data-act="revoke"]', 'revoke');
      await look('accounts', '[data-act="add"]', 'account-form');
      await look('accounts', '[data-act="reset"]', 'reset');
      await has(page, '[data-producer]');
      await look('accounts', '[data-act="revoke-producer"]', 'revoke-producer');
      await look('audit');
      await look('more');
    });
