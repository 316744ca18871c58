// The console in a real browser: every section in both languages at a desk and on a phone, and what leaders do there. The
// scenarios know only a stage (below); today's is the fake floor, a stage on a real daemon has the same members.
//   node tests/browser/console.mjs [WORD...]      only the scenarios whose name has one of the words
// Ends with "N passed, N failed".
//
// A stage: { url, now alive: over { agent, alert, breach }  an agent with an open alert and an undecided breach
//                            calm { agent }                 somebody present, without any
//                            walk                           the id of the walk that is due
//            people { a, b }   two who may record: { name } where all is open
//            slow(ms)          writes take at least this long;   breakStore(text), '' mends it
//            cut(), mend()     the line is lost, and back;       closeAlert(id), writes() -> those received
//            shut()            accounts are needed from now on;  end() }
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { assert, equal, root, sleep, until } from '../integration/lib.mjs';
import { FakeFloor } from './console_fake.mjs';

const need = createRequire(path.join(root, 'web/package.json'));
const { chromium } = need('playwright-core');
const axeSource = fs.readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });

async function fakeStage(options = {}) {
  const floor = await new FakeFloor(options).listen(0);
  return {
    url: floor.url, over: { agent: '1002', alert: 'a1', breach: 'b1' }, calm: { agent: '1005' }, walk: 'w7', people: { a: { name: '张三' }, b: { name: '李四' } }, floor,
    slow: ms => { floor.delayMs = ms; },
    breakStore: text => { floor.broken = text; },
    cut: () => {
      floor.ws.removeAllListeners('connection');
      floor.ws.on('connection', socket => socket.terminate());
      for (const socket of floor.sockets) socket.terminate();
    },
    mend: () => {
      floor.ws.removeAllListeners('connection');
      floor.ws.on('connection', socket => floor.greet(socket));
    },
    closeAlert: id => {
      delete floor.alerts[id];
      floor.push('alerts');
    },
    openAlert: (id, alert) => {
      floor.alerts[id] = alert;
      floor.push('alerts');
    },
    writes: () => floor.requests,
    end: () => floor.close(),
  };
}

let passed = 0;
let failed = 0;
const words = process.argv.slice(2);
const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const SECTIONS = ['floor', 'breaks', 'signin', 'alerts', 'walk', 'roster', 'queues', 'day', 'policy', 'more'];

/** One scenario on a stage of its own. OPEN(where, options) is a console somebody sits at. */
async function test(name, play, options) {
  if (words.length && !words.some(word => name.includes(word))) return;
  const stage = await fakeStage(options);
  const contexts = [];
  const faults = [];
  const open = async (section, { size = DESK, lang = 'en', theme = 'dark', who = stage.people.a, init } = {}) => {
    const phone = size === PHONE;
    const context = await browser.newContext({ viewport: size, hasTouch: phone, isMobile: phone });
    contexts.push(context);
    const page = await context.newPage();
    if (init) await page.addInitScript(init);
    page.on('pageerror', error => faults.push(error.message));
    page.on('console', message => message.type() === 'error' && /Content Security Policy|Error:/.test(message.text()) && faults.push(message.text()));
    await page.goto(`${stage.url}/console?lang=${lang}&theme=${theme}#${section}`);
    if (who) {
      await page.fill('#session-who', who.name);
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-signed="true"]');
    }
    await drawn(page);
    return page;
  };
  try {
    await play(stage, open);
    equal(faults, [], 'faults of the page');
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.stack}`);
    const shots = path.join(root, process.env.BUILD ?? 'build', 'browser-failures');
    fs.mkdirSync(shots, { recursive: true });
    await contexts.at(-1)?.pages()[0]?.screenshot({ path: path.join(shots, `console-${name.replace(/\W+/g, '-')}.png`) }).catch(() => {});
  } finally {
    await Promise.all(contexts.map(context => context.close()));
    await stage.end();
  }
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

async function accessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }));
  equal(violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.target}`)), [], `accessibility of ${what}`);
}

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

for (const [name, size] of [['desk', DESK], ['phone', PHONE]])
  for (const [lang, theme] of [['zh-CN', 'dark'], ['en', 'light']]) {
    await test(`every section at a ${name} in ${lang}, ${theme}: fits, accessible`, async (stage, open) => {
      const page = await open('floor', { size, lang, theme });
      for (const section of [...SECTIONS, `agent/${stage.over.agent}`]) {
        await go(page, section);
        await sleep(150);
        await fits(page, section);
        await accessible(page, section);
        if (size === PHONE) equal(await tooSmall(page), [], `what is too small for a finger in ${section}`);
        if (lang === 'en') assert(!/[a-z]+\.[a-z_]+\b|undefined|NaN|\[object/.test((await page.locator('main').innerText()).replace(/\b(attendance|break|walk|signin|outbound)\.\w+|\w+\.csv/g, '')), `a raw key or value in ${section}`);
      }
    });
  }

await test('an empty floor says so everywhere', async (stage, open) => {
  const page = await open('floor');
  for (const section of SECTIONS.filter(s => !['more', 'policy', 'walk'].includes(s))) {
    await go(page, section);
    await has(page, 'main .nothing');
    await accessible(page, `empty ${section}`);
  }
}, { empty: true });

await test('a name is asked for once; without it one may look, and is asked again when recording', async (stage, open) => {
  const page = await open('alerts', { who: null });
  await has(page, 'dialog[data-form="session"]');
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
  await row(page, stage.over.alert).locator('[data-act="ack"]').click();
  await has(page, 'dialog[data-form="session"]');
  equal(stage.writes().length, 0, 'writes before signing in');
  await page.fill('#session-who', stage.people.a.name);
  await page.keyboard.press('Enter');
  await until('it went on', async () => (await row(page, stage.over.alert).innerText()).includes(stage.people.a.name));
  await page.reload();
  await drawn(page);
  await sleep(300);
  equal(await page.locator('dialog[open]').count(), 0, 'asked again after a reload');
});

await test('with accounts a wrong PIN is told in place, the right one lets in, and the role decides', async (stage, open) => {
  const page = await open('alerts', { who: null });
  await page.selectOption('#session-who', 'zhang');
  await page.fill('#session-pin', '0000');
  await page.keyboard.press('Enter');
  await has(page, 'dialog .problem');
  await page.fill('#session-pin', '1234');
  await page.keyboard.press('Enter');
  await has(page, '[data-signed="true"]');
  await go(page, 'more');
  await page.locator('.account button').first().click();
  await has(page, 'dialog[data-form="session"]');
  await page.selectOption('#session-who', '1001');
  await page.fill('#session-pin', '1001');
  await page.keyboard.press('Enter');
  await has(page, '[data-signed="true"]');
  await go(page, 'alerts');
  equal(await row(page, stage.over.alert).locator('[data-act="ack"]').getAttribute('aria-disabled'), 'true', 'an agent acknowledges nothing');
  await go(page, `agent/${stage.over.agent}`);
  await page.locator('[data-act="dispute"]').click();
  await page.fill('#dispute-text', 'I was on a call.');
  await submit(page).click();
  await toast(page, /Dispute recorded/);
  await until('it is with the record', async () => (await page.locator(`[data-breach="${stage.over.breach}"]`).innerText()).includes('I was on a call.'));
}, { open: false });

await test('an acknowledgement is seen by the other consoles at once', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b, size: PHONE })];
  await row(a, stage.over.alert).locator('[data-act="ack"]').click();
  await until('b sees who has it', async () => (await row(b, stage.over.alert).innerText()).includes(stage.people.a.name));
  equal(await row(b, stage.over.alert).locator('[data-act="ack"]').count(), 0, 'nothing left to acknowledge');
});

await test('two acknowledge at once: the first stands, the second is told', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b })];
  stage.slow(400);
  await Promise.all([a, b].map(page => row(page, stage.over.alert).locator('[data-act="ack"]').click()));
  const told = page => page.locator('[data-toast="warning"]').count();
  await until('one is told', async () => (await told(a)) + (await told(b)) === 1);
  const [first, second] = (await told(a)) ? [stage.people.b, a] : [stage.people.a, b];
  assert((await second.locator('[data-toast="warning"]').innerText()).includes(first.name), 'by whom');
  assert((await row(second, stage.over.alert).innerText()).includes(first.name), 'the first stands');
});

await test('two decide at once: the first stands, the second reads it in the form', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b })];
  for (const page of [a, b]) await row(page, stage.over.alert).locator('[data-act="decide"]').click();
  stage.slow(400);
  await Promise.all([a, b].map(page => page.locator('dialog [data-act="confirm"]').click()));
  const conflict = page => page.locator('dialog .problem[data-status="409"]').count();
  await until('one is told', async () => (await conflict(a)) + (await conflict(b)) === 1);
  const [first, second] = (await conflict(a)) ? [stage.people.b, a] : [stage.people.a, b];
  assert((await second.locator('dialog .problem[data-status="409"]').innerText()).includes(first.name), 'by whom');
  equal(await second.locator('dialog [data-act="confirm"]').getAttribute('aria-disabled'), 'true', 'it cannot be decided twice');
  await sleep(300);
  equal(await conflict(second), 1, 'it stays on the screen');
});

await test('who opens a form too late sees the decision as it comes', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b })];
  for (const page of [a, b]) await row(page, stage.over.alert).locator('[data-act="decide"]').click();
  await a.locator('dialog [data-act="confirm"]').click();
  await has(b, 'dialog [data-decided]');
  assert((await b.locator('dialog [data-decided]').innerText()).includes(stage.people.a.name), 'by whom');
  await b.locator('dialog [data-decided] button').click();
  await hasNot(b, 'dialog [data-decided]');
  equal(await b.locator('dialog [data-act="confirm"]').getAttribute('aria-disabled'), null, 'it can be decided again');
});

await test('a grant takes two touches from the alert, and can be taken back', async (stage, open) => {
  const page = await open('alerts', { size: PHONE });
  await row(page, stage.over.alert).locator('[data-act="grant"]').tap();
  await submit(page).tap();
  await hasNot(page, 'dialog[open]');
  const [write] = stage.writes().filter(w => w.path.endsWith('/grants'));
  const sent = JSON.parse(write.body);
  equal([sent.agent, sent.kind, sent.to > sent.from, sent.reason.length > 0], [stage.over.agent, 'busy', true, true], 'what was granted');
  await go(page, 'day');
  const state = () => page.locator(`[data-breach="${stage.over.breach}"]`).innerText();
  await until('the breach does not count', async () => /Granted/.test(await state()));
  await page.locator('[data-act="toast-undo"]').last().tap();
  await until('it counts again', async () => /To decide/.test(await state()));
});

await test('every kind of grant is sent with its times and reason; presets fill them in', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  for (const kind of ['break', 'busy', 'away', 'problem', 'late', 'early_leave', 'overtime']) {
    await page.locator('.agent-acts [data-act="grant"]').click();
    await page.locator(`dialog [data-kind="${kind}"]`).click();
    await page.locator('dialog [data-preset]').last().click();
    await page.fill('#grant-reason', `because of ${kind}`);
    await submit(page).click();
    await hasNot(page, 'dialog[open]');
  }
  const sent = stage.writes().filter(w => w.path.endsWith('/grants')).map(w => JSON.parse(w.body));
  equal(sent.map(g => [g.kind, g.reason, g.to > g.from]), sent.map(g => [g.kind, `because of ${g.kind}`, true]), 'what was sent');
  equal(sent.length, 7, 'all of them');
  await until('they are on record', async () => (await page.locator('[data-grant]').count()) === 7);
  await page.locator('[data-grant] [data-act="undo"]').first().click();
  await until('one is taken back', async () => (await page.locator('[data-grant]').count()) === 6);
});

await test('a leave is not granted before its effect is seen', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  await page.locator('.agent-acts button').nth(1).click();
  await until('before and after', async () => /%/.test(await page.locator('[data-before]').innerText()) && /%/.test(await page.locator('[data-after]').innerText()));
  assert(/^-?\d+$/.test((await page.locator('[data-slots]').innerText()).trim()), 'slots left');
  const check = stage.writes().find(w => w.path.endsWith('/grants?check=1'));
  assert(check, 'it was a dry run');
  equal(stage.writes().filter(w => w.path.endsWith('/grants')).length, 0, 'nothing recorded yet');
  await page.locator('#grant-to').fill('2020-01-01T00:00');
  equal(await submit(page).getAttribute('aria-disabled'), 'true', 'backwards');
  await page.locator('[data-preset="rest"]').click();
  await until('reckoned', async () => (await submit(page).getAttribute('aria-disabled')) === null);
  await submit(page).click();
  await toast(page, /Granted/);
});

await test('the server’s refusal of a grant stays in the form', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  await page.locator('.agent-acts [data-act="grant"]').click();
  await page.locator('dialog [data-kind="problem"]').click();
  await page.locator('#grant-to').fill('2099-01-01T00:00');
  await submit(page).click();
  await has(page, 'dialog .problem[data-status="422"]');
  assert(/a day at most/.test(await page.locator('dialog .problem').innerText()), 'its text');
  await page.locator('[data-preset]').first().click();
  await hasNot(page, 'dialog .problem');
  await submit(page).click();
  await hasNot(page, 'dialog[open]');
});

await test('a walk on a phone: start, tick, change, note, finish, report', async (stage, open) => {
  const [page, other] = [await open('walk', { size: PHONE }), await open('walk', { who: stage.people.b })];
  await page.locator('[data-act="start"]').tap();
  await has(page, '.walk-now.state-started');
  equal(await tooSmall(page), [], 'what is too small for a finger');
  const item = page.locator('[data-item]').first();
  await item.locator('[data-act="tick-seen"]').tap();
  await until('ticked', async () => (await item.locator('[data-act="tick-seen"]').getAttribute('aria-pressed')) === 'true');
  await has(other, '[data-item] [data-act="tick-seen"][aria-pressed="true"]');
  await page.locator('[data-act="toast-undo"]').last().tap();
  await until('taken back', async () => (await item.locator('[data-act="tick-seen"]').getAttribute('aria-pressed')) === 'false');
  await item.locator('[data-act="tick-helped"]').tap();
  await until('ticked', async () => (await item.locator('[data-act="tick-helped"]').getAttribute('aria-pressed')) === 'true');
  await item.locator('[data-act="note"]').tap();
  await page.fill('#note-text', 'took over the call');
  await submit(page).tap();
  await until('the note', async () => (await item.innerText()).includes('took over the call'));
  await page.locator('[data-act="start"]').tap();
  assert(/5 not ticked/.test(await page.locator('dialog').innerText()), 'what is left open');
  await submit(page).tap();
  await toast(page, /The walk is done/);
  await until('it is in the report', async () => /1 of 6/.test(await page.locator('.report').innerText()));
  await until('the other sees it', async () => (await other.locator('.walk-now').count()) === 0);
});

await test('a due walk is above every section until it starts', async (stage, open) => {
  const page = await open('floor');
  await has(page, '.walk-banner');
  await page.locator('.walk-banner a').click();
  await hasNot(page, '.walk-banner');
  await page.keyboard.press('s');
  await has(page, '.walk-now.state-started');
  await go(page, 'floor');
  await hasNot(page, '.walk-banner');
});

await test('duty is handed over', async (stage, open) => {
  const page = await open('walk');
  await page.getByText('Hand over duty').click();
  await has(page, 'dialog .duty-row');
  await page.selectOption('#duty-person', 'wu');
  await submit(page).click();
  const duty = () => page.locator('.tiles-row').first().innerText();
  await until('on duty', async () => /吴主管/.test(await duty()));
  await page.locator('[data-act="toast-undo"]').last().click();
  await until('taken back', async () => /李四/.test(await duty()));
});

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave';

await test('a roster: faults by line and column, then a dry run, then the day', async (stage, open) => {
  const page = await open('roster');
  await page.locator('.toolbar').getByText('Upload a roster').click();
  await page.fill('#roster-text', `${HEAD}\n2031-05-06,1001,王芳,A,07,25:30,17:30,,\n2031-05-06,,李强,A,08,08:30,17:30,,`);
  await submit(page).click();
  await has(page, '[data-fault]');
  equal(await page.locator('[data-fault] b').allInnerTexts(), ['Line 2, column 6', 'Line 3, column 2'], 'the places');
  await page.fill('#roster-text', `${HEAD}\n2031-05-06,1001,王芳,A,07,08:30,17:30,,\n2031-05-06,9002,李强,A,08,20:30,08:30,,`);
  await hasNot(page, '[data-fault]');
  await submit(page).click();
  await has(page, '[data-checked]');
  equal(stage.writes().filter(w => w.path.endsWith('/roster')).length, 0, 'a dry run records nothing');
  await submit(page).click();
  await toast(page, /2 shifts uploaded/);
  await page.fill('input[type="date"]', '2031-05-06');
  await until('the day', async () => /20:30–08:30/.test(await page.locator('main').innerText()));
});

await test('a roster is dropped or chosen, also in a Chinese spreadsheet’s encoding', async (stage, open) => {
  const page = await open('roster');
  await page.locator('.toolbar').getByText('Upload a roster').click();
  const name = [0xcd, 0xf5, 0xb7, 0xbc]; // 王芳 in GBK
  const bytes = Buffer.concat([Buffer.from(`${HEAD}\n2031-05-07,1001,`), Buffer.from(name), Buffer.from(',A,07,08:30,17:30,,')]);
  await page.locator('dialog input[type="file"]').setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer: bytes });
  await has(page, '[data-checked]');
  assert((await page.inputValue('#roster-text')).includes('王芳'), 'decoded');
  const data = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
    return transfer;
  }, `${HEAD}\n2031-05-08,1003,张敏,A,03,08:30,17:30,,`);
  await page.dispatchEvent('[data-drop]', 'drop', { dataTransfer: data });
  await until('the dropped one', async () => /dropped\.csv/.test(await page.locator('[data-drop]').innerText()) && /2031-05-08/.test(await page.locator('[data-checked]').innerText()));
});

await test('shifts are swapped', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  const before = await page.locator('.tile').nth(1).innerText();
  await page.locator('.agent-acts [data-act="swap"]').click();
  await page.locator('dialog [data-swap]').first().click();
  await submit(page).click();
  await toast(page, /have swapped/);
  await until('another shift', async () => (await page.locator('.tile').nth(1).innerText()) !== before);
});

await test('by keyboard alone: go, move, acknowledge, decide, undo, search, help', async (stage, open) => {
  const page = await open('floor');
  await page.keyboard.press('g');
  await has(page, '.going');
  await page.keyboard.press('a');
  await until('alerts', async () => (await page.locator('.console').getAttribute('data-section')) === 'alerts');
  const current = () => page.evaluate(() => document.activeElement.closest('[data-row]')?.dataset.alert);
  for (let i = 0; i < 12 && (await current()) !== stage.over.alert; i++) await page.keyboard.press('j');
  equal(await current(), stage.over.alert, 'the row');
  await page.keyboard.press('a');
  await until('acknowledged', async () => (await row(page, stage.over.alert).innerText()).includes(stage.people.a.name));
  equal(await current(), stage.over.alert, 'still in the row');
  await page.keyboard.press('d');
  await has(page, 'dialog[data-form="decide"]');
  await page.keyboard.press('Enter');
  await hasNot(page, 'dialog[open]');
  await toast(page, /Decided/);
  equal(await current(), stage.over.alert, 'back in the row');
  await page.keyboard.press('u');
  await toast(page, /Decision taken back/);
  await page.keyboard.press('n');
  await has(page, 'dialog[data-form="grant"]');
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
  await page.keyboard.press('/');
  await until('the search field', async () => page.evaluate(() => document.activeElement.matches('[data-search]')));
  await page.keyboard.type(stage.calm.agent);
  await page.keyboard.press('Enter');
  await until('the record', async () => (await page.locator('.console').getAttribute('data-section')) === 'agent');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Escape');
  await until('back', async () => (await page.locator('.console').getAttribute('data-section')) === 'floor');
  await page.keyboard.press('?');
  await has(page, 'dialog[data-form="help"]');
  await accessible(page, 'the help');
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
});

await test('one-key shortcuts can be turned off', async (stage, open) => {
  const page = await open('more');
  await page.locator('.choice').getByText('On', { exact: true }).click();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await sleep(200);
  equal(await page.locator('.console').getAttribute('data-section'), 'more', 'nothing happened');
});

await test('a dialog holds the focus and gives it back', async (stage, open) => {
  const page = await open('alerts');
  const button = row(page, stage.over.alert).locator('[data-act="grant"]');
  await button.focus();
  await page.keyboard.press('Enter');
  await has(page, 'dialog[open]');
  await accessible(page, 'the form');
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    assert(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null), 'the focus left the dialog');
  }
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
  assert(await button.evaluate(e => e === document.activeElement), 'the focus is back');
});

await test('a write waits for the server, and goes once', async (stage, open) => {
  const page = await open('alerts');
  stage.slow(700);
  const button = row(page, stage.over.alert).locator('[data-act="ack"]');
  const width = (await button.boundingBox()).width;
  await button.dblclick();
  await until('it says so', async () => (await button.getAttribute('aria-busy')) === 'true');
  equal((await button.boundingBox()).width, width, 'its width while waiting');
  await button.click({ force: true });
  await toast(page, /Acknowledged/);
  equal(stage.writes().filter(w => w.path.endsWith('/ack')).length, 1, 'writes');
});

await test('recording is not possible: told everywhere it is tried, until it works again', async (stage, open) => {
  const page = await open('alerts');
  stage.breakStore('The disk is full.');
  await row(page, stage.over.alert).locator('[data-act="ack"]').click();
  await has(page, '[data-recording="no"]');
  assert(/The disk is full/.test(await page.locator('[data-recording="no"]').innerText()), 'why');
  await has(page, '[data-toast="critical"]');
  await row(page, stage.over.alert).locator('[data-act="decide"]').click();
  await page.locator('dialog [data-act="confirm"]').click();
  await has(page, 'dialog .problem[data-status="503"]');
  await accessible(page, 'a form that failed');
  stage.breakStore('');
  await page.locator('dialog [data-act="confirm"]').click();
  await hasNot(page, 'dialog[open]');
  await hasNot(page, '[data-recording="no"]');
});

await test('the line is lost: since when, nothing can be recorded, and it comes back', async (stage, open) => {
  const page = await open('alerts');
  stage.cut();
  await has(page, '.banner[data-health="disconnected"]');
  assert(/since \d\d:\d\d:\d\d/.test(await page.locator('.banner').first().innerText()), 'since when');
  await accessible(page, 'a lost line');
  const button = row(page, stage.over.alert).locator('[data-act="ack"]');
  equal(await button.getAttribute('aria-disabled'), 'true', 'off');
  await button.click({ force: true });
  equal(stage.writes().length, 1, 'only the sign-in was written');
  stage.mend();
  await hasNot(page, '.banner[data-health]');
  equal(await button.getAttribute('aria-disabled'), null, 'on');
});

await test('nothing moves under the hand', async (stage, open) => {
  const page = await open('alerts');
  const order = () => page.locator('[data-alert]').evaluateAll(rows => rows.map(r => `${r.dataset.alert}${r.classList.contains('gone') ? ' gone' : ''}`));
  const before = await order();
  await row(page, stage.over.alert).hover();
  await page.mouse.move(900, 400);
  stage.closeAlert(before[0]);
  stage.openAlert('new', { rule: 'waiting', severity: 'critical', subject: 'site', opened: Date.now(), since: Date.now() });
  await until('told, in place', async () => (await order())[0] === `${before[0]} gone`);
  equal(await order(), [`${before[0]} gone`, ...before.slice(1), 'new'], 'the order');
  await page.mouse.move(5, 5);
  await until('in order when the hand is gone', async () => JSON.stringify(await order()) === JSON.stringify([before[1], 'new', ...before.slice(2)]));
});

await test('a wrong screen clock does not bend the timers', async (stage, open) => {
  const page = await open('floor', { init: () => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 7200000;
  } });
  const since = stage.floor.agents[stage.over.agent].since;
  const [minutes, seconds] = (await page.locator(`[data-agent="${stage.over.agent}"] .time`).innerText()).split(':').map(Number);
  const off = Math.abs(minutes * 60 + seconds - (Date.now() - since) / 1000);
  assert(off < 30, `off by ${off} s`);
});

await test('filters, team and search find people', async (stage, open) => {
  const page = await open('floor');
  const shown = () => page.locator('main [data-agent]').count();
  const all = await shown();
  await page.locator('[data-filter="over"]').click();
  await until('the filter', async () => (await shown()) < all && (await shown()) > 0);
  equal(await shown(), Number(await page.locator('[data-filter="over"] b').innerText()), 'as many as it says');
  assert((await page.locator('main [data-agent].limit-over').count()) === (await shown()), 'all over their limit');
  await page.locator('[data-filter="all"]').click();
  await page.selectOption('.team-choice', 'B');
  await until('the team', async () => (await page.locator('.team').count()) === 1);
  await page.fill('[data-search]', 'nobody at all');
  await has(page, 'main .nothing');
});

await test('language and theme change in place and are in the address', async (stage, open) => {
  const page = await open('breaks');
  await page.getByRole('button', { name: '中文' }).click();
  await until('Chinese', async () => (await page.locator('h1').innerText()).includes('小休'));
  const address = new URL(page.url());
  equal([address.searchParams.get('lang'), address.hash], ['zh-CN', '#breaks'], 'the address');
  equal(await page.getAttribute('html', 'lang'), 'zh-CN', 'the page says so');
});

await test('sound is unlocked by one touch', async (stage, open) => {
  const page = await open('walk');
  await page.locator('.chime button').first().click();
  await until('on', async () => (await page.locator('.chime button').first().getAttribute('aria-pressed')) === 'true');
});

await test('somebody is recalled from their break, a notice is posted', async (stage, open) => {
  const page = await open('breaks');
  await page.locator('[data-act="recall"]').first().click();
  await toast(page, /told to come back/);
  await go(page, 'floor');
  await page.locator('[data-act="notice"]').click();
  await page.fill('#notice-text', '15:00 系统维护');
  await submit(page).click();
  await toast(page, /Notice posted/);
  equal(stage.writes().slice(1).map(w => w.path.split('/').pop()), ['recalls', 'notices'], 'what was written');
});

await test('absentees, breaches and walks can be taken away', async (stage, open) => {
  const page = await open('signin');
  const take = async click => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return fs.readFileSync(await download.path(), 'utf8');
  };
  const absentees = await take(() => page.getByText('Export absentees').click());
  assert(absentees.startsWith('\ufeffDate,Agent') && /1018/.test(absentees), absentees);
  await go(page, 'day');
  assert(/Busy too long/.test(await take(() => page.getByText('Export', { exact: true }).click())), 'breaches');
  await go(page, 'walk');
  assert(/Missed/.test(await take(() => page.getByText('Export', { exact: true }).click())), 'walks');
});

await test('a wall loads nothing of the console', async (stage) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto(`${stage.url}/wall/overview?lang=en`);
  await sleep(700);
  await page.goto(`${stage.url}/console?lang=en`);
  await page.waitForSelector('#session-who');
  const at = asked.indexOf('/console');
  const own = asked.slice(at).filter(name => name.startsWith('/assets/') && !asked.slice(0, at).includes(name));
  assert(own.some(name => name.endsWith('.css')) && own.some(name => name.endsWith('.js')), `the console has its own parts: ${own}`);
  await context.close();
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
