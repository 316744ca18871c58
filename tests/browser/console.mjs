// The console in a real browser, against a real daemon and Redis: every section in both languages at a desk and on a
// phone, and what leaders do there, with what the server has on record.
import path from 'node:path';
import { assert, equal, sleep, startDaemon, startRedis, state, until } from '../integration/lib.mjs';
import { accessible, browser, scenario } from './lib.mjs';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const SIZES = [['desk', DESK], ['phone', PHONE]];
const SECTIONS = ['floor', 'breaks', 'signin', 'alerts', 'walk', 'roster', 'queues', 'day', 'charts', 'policy', 'more'];
const HEAD = 'date,agent,name,team,seat,start,end,activities,leave';
const NINE = Date.UTC(2026, 10, 23, 9);
const MINUTE = 60_000;
const PEOPLE = { a: '张三', b: '李四' };

// Monday, nine o'clock: a walk is due. 1002 is busy for twenty minutes, 1003 on a break, 1004 came late, 1006 did not come.
async function startFloor(scene, { data = true } = {}) {
  const redis = await startRedis(scene, { persistent: true });
  const store = data ? ['--data', path.join(scene.dir, 'data')] : [];
  const daemon = await startDaemon(scene, { redis, args: [...store, '--clock', `${new Date(NINE - 2000).toISOString()},1`] });
  await daemon.live();
  const rows = ['王芳', '李强', '张伟', '刘洋', '陈静', '杨帆'].map((name, i) => `2026-11-23,100${i + 1},${name},${i % 2 ? 'B' : 'A'},A0${i + 1},08:00,17:00,,`);
  if (data) equal((await daemon.send('POST', 'roster', [HEAD, ...rows].join('\n'), { type: 'text/csv' })).status, 201, 'the roster');
  const at = (agent, name, minute, more = {}) => ({ ...state(agent, name, more), ts: NINE - 60 * MINUTE + minute * MINUTE });
  await redis.emit([at('1001', 'ready', -5), at('1002', 'ready', -5), at('1003', 'ready', -5), at('1005', 'ready', -5), at('1004', 'ready', 12),
    at('1002', 'busy', 40, { reason: '打印' }), at('1003', 'break', 55)]);
  const found = await until('an alert and its breach', async () => {
    const { alerts } = await daemon.view('alerts');
    const [id, alert] = Object.entries(alerts ?? {}).find(([, one]) => one.rule === 'busy') ?? [];
    return (alert?.breach || (alert && !data)) && { alert: id, breach: alert.breach };
  });
  const walk = data && (await until('a walk is due', async () => (await daemon.view('walk')).walk?.id));
  return { redis, daemon, over: { agent: '1002', ...found }, calm: '1005', walk };
}

function test(name, play, options) {
  return scenario(name, async (scene, contexts) => {
    const floor = await startFloor(scene, options);
    const faults = [];
    const open = async (section, { size = DESK, lang = 'en', theme = 'dark', who = PEOPLE.a } = {}) => {
      const phone = size === PHONE;
      const context = await browser.newContext({ viewport: size, hasTouch: phone, isMobile: phone });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', error => faults.push(error.message));
      page.on('console', message => message.type() === 'error' && /Content Security Policy|Error:/.test(message.text()) && faults.push(message.text()));
      await page.goto(`${floor.daemon.url}/console?lang=${lang}&theme=${theme}#${section}`);
      if (who) {
        await page.fill('#session-who', who);
        await page.keyboard.press('Enter');
        await page.waitForSelector('[data-signed="true"]');
      }
      await drawn(page);
      return page;
    };
    await play(floor, open);
    equal(faults, [], 'faults of the page');
  });
}

const drawn = page => until('it is drawn', async () => (await page.locator('main').count()) > 0 && (await page.locator('main .skeleton').count()) === 0);
const go = async (page, section) => {
  await page.evaluate(hash => { location.hash = hash; }, section);
  await until(`at ${section}`, async () => (await page.locator('.console').getAttribute('data-section')) === section.split('/')[0]);
  await drawn(page);
};
const has = (page, selector) => until(selector, async () => (await page.locator(selector).count()) > 0);
const hasNot = (page, selector) => until(`no ${selector}`, async () => (await page.locator(selector).count()) === 0);
const row = (page, id) => page.locator(`[data-alert="${id}"]`);
const submit = page => page.locator('dialog[open] button[type="submit"]');
const toast = (page, pattern) => until(`a toast like ${pattern}`, async () => pattern.test(await page.locator('.toasts').innerText()));

async function fits(page, what) {
  const over = await page.evaluate(() => {
    const main = document.querySelector('main');
    return [document.documentElement.scrollWidth - document.documentElement.clientWidth, document.documentElement.scrollHeight - document.documentElement.clientHeight, main.scrollWidth - main.clientWidth];
  });
  assert(over.every(px => px <= 0), `${what} does not fit: ${over}`);
}

// What a finger has to hit: everything that can be pressed and is not within running text.
const tooSmall = page => page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=file]), select, textarea, summary')]
  .filter(e => e.offsetParent !== null && !e.classList.contains('skip'))
  .map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 43.5 || r.width < 43.5)).map(([e, r]) => `${e.className || e.tagName} ${Math.round(r.width)}x${Math.round(r.height)}`));

const press = (page, locator) => (page.viewportSize().width === PHONE.width ? locator.tap() : locator.click());
const recorded = async (floor, kind) => (await floor.daemon.send('GET', `records?kind=${kind}`)).body.records;

for (const [name, size] of SIZES)
  for (const [lang, theme] of [['zh-CN', 'dark'], ['en', 'light']])
    await test(`console: every section at a ${name} in ${lang}, ${theme}: fits, accessible`, async (floor, open) => {
      const page = await open('floor', { size, lang, theme });
      for (const section of [...SECTIONS, `agent/${floor.over.agent}`]) {
        await go(page, section);
        await sleep(150);
        await fits(page, section);
        await accessible(page, section);
        if (size === PHONE) equal(await tooSmall(page), [], `what is too small for a finger in ${section}`);
      }
    });

await test('console: a name is asked for once; without it one may look, and is asked when recording', async (floor, open) => {
  const page = await open('alerts', { who: null });
  await has(page, 'dialog[data-form="session"]');
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
  await row(page, floor.over.alert).locator('[data-act="ack"]').click();
  await has(page, 'dialog[data-form="session"]');
  equal(await recorded(floor, 'alert.ack'), [], 'nothing before signing in');
  await page.fill('#session-who', PEOPLE.a);
  await page.keyboard.press('Enter');
  await until('it went on', async () => (await row(page, floor.over.alert).innerText()).includes(PEOPLE.a));
  equal((await recorded(floor, 'alert.ack')).map(r => r.by), [PEOPLE.a], 'by whom');
});

for (const [name, size] of SIZES) {
  await test(`console: a grant from the alert at a ${name}, and back`, async (floor, open) => {
    const page = await open('alerts', { size });
    await press(page, row(page, floor.over.alert).locator('[data-act="grant"]'));
    await press(page, submit(page));
    await hasNot(page, 'dialog[open]');
    const [grant] = await until('it is on record', async () => (await recorded(floor, 'grant')).length === 1 && recorded(floor, 'grant'));
    equal([grant.agent, grant.body.kind, grant.by], [floor.over.agent, 'busy', PEOPLE.a], 'what was granted, by whom');
    await go(page, 'day');
    const state_ = () => page.locator(`[data-breach="${floor.over.breach}"]`).innerText();
    await until('the breach does not count', async () => /Granted/.test(await state_()));
    await press(page, page.locator('[data-act="toast-undo"]').last());
    await until('it counts again', async () => /To decide/.test(await state_()));
    equal((await recorded(floor, 'grant*')).map(r => r.kind).sort(), ['grant', 'grant.undo'], 'both are on record');
  });

  await test(`console: a break is granted at a ${name}`, async (floor, open) => {
    const page = await open(`agent/${floor.calm}`, { size });
    await press(page, page.locator('.agent-acts [data-act="grant"]'));
    await press(page, page.locator('dialog [data-kind="break"]'));
    await press(page, page.locator('dialog [data-preset]').last());
    await page.fill('#grant-reason', '连续大话务');
    await press(page, submit(page));
    await hasNot(page, 'dialog[open]');
    const { grants } = await floor.daemon.view('grants');
    equal(Object.values(grants).map(g => [g.agent, g.kind, g.reason, g.to > g.from]), [[floor.calm, 'break', '连续大话务', true]], 'what the server has');
  });

  await test(`console: acknowledged and decided at a ${name}, seen by the other consoles at once`, async (floor, open) => {
    const [page, other] = [await open('alerts', { size }), await open('alerts', { who: PEOPLE.b })];
    await press(page, row(page, floor.over.alert).locator('[data-act="ack"]'));
    await until('the other sees who has it', async () => (await row(other, floor.over.alert).innerText()).includes(PEOPLE.a));
    equal(await row(other, floor.over.alert).locator('[data-act="ack"]').count(), 0, 'nothing left to acknowledge');
    await press(page, row(page, floor.over.alert).locator('[data-act="decide"]'));
    await press(page, page.locator('dialog [data-act="confirm"]'));
    await hasNot(page, 'dialog[open]');
    const breach = (await floor.daemon.view('breaches')).breaches[floor.over.breach];
    equal([breach.decision.outcome, breach.decision.by], ['confirm', PEOPLE.a], 'the decision');
  });

  await test(`console: a whole walk at a ${name}`, async (floor, open) => {
    const [page, other] = [await open('walk', { size }), await open('walk', { who: PEOPLE.b })];
    await press(page, page.locator('[data-act="start"]'));
    await has(page, '.walk-now.state-started');
    const item = page.locator('[data-item]').first();
    await press(page, item.locator('[data-act="tick-seen"]'));
    await until('ticked', async () => (await item.locator('[data-act="tick-seen"]').getAttribute('aria-pressed')) === 'true');
    await has(other, '[data-item] [data-act="tick-seen"][aria-pressed="true"]');
    await press(page, item.locator('[data-act="tick-helped"]'));
    await until('changed', async () => (await item.locator('[data-act="tick-helped"]').getAttribute('aria-pressed')) === 'true');
    await press(page, item.locator('[data-act="note"]'));
    await page.fill('#note-text', '已接手该通话');
    await press(page, submit(page));
    await until('the note', async () => (await item.innerText()).includes('已接手该通话'));
    await press(page, page.locator('[data-act="start"]')); // the same place: finish
    await press(page, submit(page));
    await toast(page, /The walk is done/);
    await until('the other sees it', async () => (await other.locator('.walk-now').count()) === 0);
    const walk = await floor.daemon.view('walk');
    equal([walk.today.done, walk.past[floor.walk].state, walk.past[floor.walk].by, walk.past[floor.walk].ticked], [1, 'done', PEOPLE.a, 1], 'what the server has');
    const notes = (await recorded(floor, 'walk*')).map(r => r.body.note).filter(Boolean);
    equal(notes, ['已接手该通话'], 'the note is on record');
  });

  await test(`console: a roster at a ${name}: faults by line and column, a dry run, the day`, async (floor, open) => {
    const page = await open('roster', { size });
    const before = (await recorded(floor, 'roster')).length;
    await press(page, page.locator('.toolbar').getByText('Upload a roster'));
    await page.fill('#roster-text', `${HEAD}\n2026-11-24,1001,王芳,A,07,25:30,17:30,,\n2026-11-24,,李强,A,08,08:30,17:30,,`);
    await press(page, submit(page));
    await has(page, '[data-fault]');
    equal(await page.locator('[data-fault] b').allInnerTexts(), ['Line 2, column 25', 'Line 3, column 12'], 'the places');
    await page.fill('#roster-text', `${HEAD}\n2026-11-24,1001,王芳,A,07,08:30,17:30,,\n2026-11-24,9002,李强,A,08,20:30,08:30,,`);
    await hasNot(page, '[data-fault]');
    await press(page, submit(page));
    await has(page, '[data-checked]');
    equal((await recorded(floor, 'roster')).length, before, 'a dry run records nothing');
    await press(page, submit(page));
    await toast(page, /2 shifts uploaded/);
    const { shifts } = (await floor.daemon.send('GET', 'roster?date=2026-11-24')).body;
    equal(shifts.map(s => s.agent).sort(), ['1001', '9002'], 'what the server has');
    await page.fill('input[type="date"]', '2026-11-24');
    await until('the day', async () => /20:30–08:30/.test(await page.locator('main').innerText()));
  });
}

await test('console: two acknowledge at once: the first stands, the second is told', async (floor, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: PEOPLE.b })];
  for (const page of [a, b]) await page.route('**/ack', route => setTimeout(() => route.continue(), 400)); // neither sees the other's first
  await Promise.all([a, b].map(page => row(page, floor.over.alert).locator('[data-act="ack"]').click()));
  const told = page => page.locator('[data-toast="warning"]').count();
  await until('one is told', async () => (await told(a)) + (await told(b)) === 1);
  const [first, second] = (await told(a)) ? [PEOPLE.b, a] : [PEOPLE.a, b];
  assert((await second.locator('[data-toast="warning"]').innerText()).includes(first), 'by whom');
  equal((await recorded(floor, 'alert.ack')).map(r => r.by), [first], 'one is on record');
});

await test('console: two decide at once: the first stands, the second reads it in the form', async (floor, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: PEOPLE.b })];
  for (const page of [a, b]) {
    await row(page, floor.over.alert).locator('[data-act="decide"]').click();
    await page.route('**/decision', route => setTimeout(() => route.continue(), 400));
  }
  await Promise.all([a, b].map(page => page.locator('dialog [data-act="confirm"]').click()));
  const conflict = page => page.locator('dialog .problem[data-status="409"]').count();
  await until('one is told', async () => (await conflict(a)) + (await conflict(b)) === 1);
  const [first, second] = (await conflict(a)) ? [PEOPLE.b, a] : [PEOPLE.a, b];
  assert((await second.locator('dialog .problem[data-status="409"]').innerText()).includes(first), 'by whom');
  equal((await recorded(floor, 'breach.decision')).map(r => r.by), [first], 'one is on record');
});

await test('console: a leave is not granted before its effect is seen', async (floor, open) => {
  const page = await open(`agent/${floor.calm}`);
  await page.locator('.agent-acts button').nth(1).click();
  await until('before and after', async () => /%/.test(await page.locator('[data-before]').innerText()) && /%/.test(await page.locator('[data-after]').innerText()));
  assert(/^-?\d+$/.test((await page.locator('[data-slots]').innerText()).trim()), 'slots left');
  equal(await recorded(floor, 'grant'), [], 'nothing is recorded yet');
  await page.locator('#grant-to').fill('2020-01-01T00:00');
  equal(await submit(page).getAttribute('aria-disabled'), 'true', 'backwards');
  await page.locator('[data-preset="rest"]').click();
  await until('reckoned', async () => (await submit(page).getAttribute('aria-disabled')) === null);
  await submit(page).click();
  await toast(page, /Granted/);
});

await test('console: by keyboard alone: go, move, acknowledge, decide, undo, search, help', async (floor, open) => {
  const page = await open('floor');
  await page.keyboard.press('g');
  await has(page, '.going');
  await page.keyboard.press('a');
  await until('alerts', async () => (await page.locator('.console').getAttribute('data-section')) === 'alerts');
  const current = () => page.evaluate(() => document.activeElement.closest('[data-row]')?.dataset.alert);
  for (let i = 0; i < 12 && (await current()) !== floor.over.alert; i++) await page.keyboard.press('j');
  equal(await current(), floor.over.alert, 'the row');
  await page.keyboard.press('a');
  await until('acknowledged', async () => (await row(page, floor.over.alert).innerText()).includes(PEOPLE.a));
  await page.keyboard.press('d');
  await has(page, 'dialog[data-form="decide"]');
  await page.keyboard.press('Enter');
  await hasNot(page, 'dialog[open]');
  await toast(page, /Decided/);
  equal(await current(), floor.over.alert, 'back in the row');
  await page.keyboard.press('u');
  await toast(page, /Decision taken back/);
  await page.keyboard.press('/');
  await until('the search field', async () => page.evaluate(() => document.activeElement.matches('[data-search]')));
  await page.keyboard.type(floor.calm);
  await page.keyboard.press('Enter');
  await until('the record', async () => (await page.locator('.console').getAttribute('data-section')) === 'agent');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('?');
  await has(page, 'dialog[data-form="help"]');
  await accessible(page, 'the help');
});

await test('console: without a store it is told that nothing can be recorded, and why', async (floor, open) => {
  const page = await open('alerts');
  await row(page, floor.over.alert).locator('[data-act="ack"]').click();
  await has(page, '[data-recording="no"]');
  assert(/data folder/.test(await page.locator('[data-recording="no"]').innerText()), 'why');
}, { data: false });

await test('console: the daemon is gone: since when, nothing can be recorded, and it comes back', async (floor, open) => {
  const page = await open('alerts');
  await floor.daemon.process.kill('SIGKILL');
  await has(page, '.banner[data-health="disconnected"]');
  assert(/since \d\d:\d\d:\d\d/.test(await page.locator('.banner').first().innerText()), 'since when');
  await accessible(page, 'a lost line');
  await floor.daemon.start();
  await hasNot(page, '.banner[data-health="disconnected"]');
});
