// Several leaders at once, the keyboard alone, and what the console does when the server, its disk or the line fails.
import { assert, equal, sleep, until } from '../integration/lib.mjs';
import { accessible, PHONE } from './lib.mjs';
import { otherAddress } from './stage.mjs';
import { both, go, has, hasNot, hurry, row, sectionOf, submit, test, toast, together, undo, writesOf } from './console.mjs';

// ---- two leaders ----

test('an acknowledgement is seen by the other consoles at once', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b, size: PHONE })];
  await row(a, stage.over.alert).locator('[data-act="ack"]').click();
  await until('b sees who has it', async () => (await row(b, stage.over.alert).innerText()).includes(stage.people.a.name));
  equal(await row(b, stage.over.alert).locator('[data-act="ack"]').count(), 0, 'nothing left to acknowledge');
  await row(b, stage.busy.alert).locator('[data-act="ack"]').tap();
  await until('a sees who has the other', async () => (await row(a, stage.busy.alert).innerText()).includes(stage.people.b.name));
});

test('two acknowledge at once: the first stands, the second is told', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b })];
  await together([a, b], 2);
  await Promise.all([a, b].map(page => row(page, stage.over.alert).locator('[data-act="ack"]').click()));
  const told = page => page.locator('[data-toast="warning"]').count();
  await until('one is told', async () => (await told(a)) + (await told(b)) === 1);
  const [first, second] = (await told(a)) ? [stage.people.b, a] : [stage.people.a, b];
  assert((await second.locator('[data-toast="warning"]').innerText()).includes(first.name), 'by whom');
  assert((await row(second, stage.over.alert).innerText()).includes(first.name), 'the first stands');
  equal((await stage.daemon.view('alerts')).alerts[stage.over.alert].acked_by, first.name, 'at the server, too');
  equal((await stage.records()).filter(one => one.kind === 'alert.ack').map(one => one.by), [first.name], 'one is on record');
});

test('two decide at once: the first stands, the second reads in the form who it was', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b, size: PHONE })];
  for (const page of [a, b]) await row(page, stage.over.alert).locator('[data-act="decide"]').click();
  await together([a, b], 2);
  await Promise.all([a, b].map(page => page.locator('dialog [data-act="confirm"]').click()));
  const conflict = page => page.locator('dialog .problem[data-status="409"]').count();
  await until('one is told', async () => (await conflict(a)) + (await conflict(b)) === 1);
  const [first, second] = (await conflict(a)) ? [stage.people.b, a] : [stage.people.a, b];
  assert((await second.locator('dialog .problem[data-status="409"]').innerText()).includes(first.name), 'by whom');
  equal(await second.locator('dialog [data-act="confirm"]').getAttribute('aria-disabled'), 'true', 'it cannot be decided twice');
  await sleep(300);
  equal(await conflict(second), 1, 'it stays on the screen');
  equal((await stage.records()).filter(one => one.kind === 'breach.decision').map(one => one.by), [first.name], 'one is on record');
});

test('who opens a form too late sees the decision as it comes', async (stage, open) => {
  const [a, b] = [await open('alerts'), await open('alerts', { who: stage.people.b })];
  for (const page of [a, b]) await row(page, stage.over.alert).locator('[data-act="decide"]').click();
  await a.locator('dialog [data-act="confirm"]').click();
  await has(b, 'dialog [data-decided]');
  assert((await b.locator('dialog [data-decided]').innerText()).includes(stage.people.a.name), 'by whom');
  await b.locator('dialog [data-decided] button').click();
  await hasNot(b, 'dialog [data-decided]');
  equal(await b.locator('dialog [data-act="confirm"]').getAttribute('aria-disabled'), null, 'it can be decided again');
});

test('nothing moves under the hand', async (stage, open) => {
  const page = await open('alerts');
  const order = () => page.locator('[data-alert]').evaluateAll(rows => rows.map(r => `${r.dataset.alert}${r.classList.contains('gone') ? ' gone' : ''}`));
  const before = await order();
  await row(page, stage.over.alert).hover();
  const { at } = stage;
  await stage.emit([{ type: 'agent.state', ts: at('9:00'), agent: stage.over.agent, state: 'ready' }, { type: 'agent.state', ts: at('8:50'), agent: '1021', state: 'busy' }]);
  const gone = before.map(id => (id === stage.over.alert ? `${id} gone` : id));
  await until('told, in place', async () => (await order()).slice(0, before.length).join() === gone.join() && (await order()).length === before.length + 1);
  await page.mouse.move(5, 5);
  await until('in order when the hand is gone', async () => (await order()).length === before.length && !(await order()).includes(stage.over.alert) && !(await order()).some(id => / gone/.test(id)));
});

// ---- who may ----

test('a name is asked for once; without it one may look, and is asked again when recording', async (stage, open) => {
  const page = await open('alerts', { who: null });
  await has(page, 'dialog[data-form="session"]');
  const sent = writesOf(page);
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
  await row(page, stage.over.alert).locator('[data-act="ack"]').click();
  await has(page, 'dialog[data-form="session"]');
  equal(sent, [], 'writes before signing in');
  await page.fill('#session-who', stage.people.a.name);
  await page.keyboard.press('Enter');
  await until('it went on', async () => (await row(page, stage.over.alert).innerText()).includes(stage.people.a.name));
  await page.reload();
  await has(page, '[data-signed="true"]');
  equal(await page.locator('dialog[open]').count(), 0, 'asked again after a reload');
});

if (!otherAddress) console.log('not played: this machine has no address but the loopback, so nobody comes from elsewhere');
else test('from elsewhere a wrong PIN is told in place, the right one lets in, and the role decides', async (stage, open) => {
  const page = await open('alerts', { who: null });
  await page.selectOption('#session-who', 'zhang');
  await page.fill('#session-pin', '0000');
  await page.keyboard.press('Enter');
  await has(page, 'dialog .problem');
  await page.fill('#session-pin', '1234');
  await page.keyboard.press('Enter');
  await has(page, '[data-signed="true"]');
  await has(page, `[data-alert="${stage.over.alert}"]`);
  await row(page, stage.over.alert).locator('[data-act="ack"]').click();
  await until('under the name', async () => (await row(page, stage.over.alert).innerText()).includes('张三'));
  // An agent sees the floor and their own record, and may dispute it.
  const own = await open('alerts', { who: { id: '1010', pin: '1010' }, size: PHONE });
  await has(own, `[data-breach="${stage.over.breach}"]`);
  equal(await own.locator('.banner').count(), 0, 'nothing is refused that was not asked for');
  equal(await own.locator('.bottom-bar [data-section]').evaluateAll(links => links.map(link => link.dataset.section)), ['agent', 'floor', 'more'], 'where they may look');
  equal(await own.locator('main [data-act="grant"], main [data-act="decide"]').count(), 0, 'nothing they may not do');
  await accessible(own, 'an agent’s own record');
  await own.locator('[data-act="dispute"]').tap();
  await own.fill('#dispute-text', '我在处理上一通电话。');
  await submit(own).tap();
  await toast(own, /Dispute recorded/);
  await until('it is with the breach', async () => (await own.locator(`[data-breach="${stage.over.breach}"]`).innerText()).includes('我在处理上一通电话。'));
  await go(page, `agent/${stage.over.agent}`);
  await until('it is with the record', async () => (await page.locator(`[data-breach="${stage.over.breach}"]`).innerText()).includes('我在处理上一通电话。'));
}, { accounts: true, elsewhere: true });

// ---- the keyboard alone ----

test('by keyboard alone: go, move, acknowledge, decide, undo, search, help', async (stage, open) => {
  const page = await open('floor');
  await page.keyboard.press('g');
  await has(page, '.going');
  await page.keyboard.press('a');
  await until('alerts', async () => (await sectionOf(page)) === 'alerts');
  const current = () => page.evaluate(() => document.activeElement.closest('[data-row]')?.dataset.alert);
  for (let i = 0; i < 40 && (await current()) !== stage.over.alert; i++) await page.keyboard.press('j');
  equal(await current(), stage.over.alert, 'the row');
  await page.keyboard.press('a');
  await until('acknowledged', async () => (await row(page, stage.over.alert).innerText()).includes(stage.people.a.name));
  equal(await current(), stage.over.alert, 'still in the row');
  await page.keyboard.press('d');
  await has(page, 'dialog[data-form="decide"]');
  await page.keyboard.press('Enter');
  await hasNot(page, 'dialog[data-form="decide"]');
  await toast(page, /Decided/);
  equal((await stage.daemon.view('breaches')).breaches[stage.over.breach].decision.outcome, 'confirm', 'at the server');
  equal(await current(), stage.over.alert, 'back in the row');
  await page.keyboard.press('u');
  await toast(page, /Decision taken back/);
  await page.keyboard.press('n');
  await has(page, 'dialog[data-form="grant"]');
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[data-form="grant"]');
  await page.keyboard.press('/');
  await until('the search field', async () => page.evaluate(() => document.activeElement.matches('[data-search]')));
  await page.keyboard.type(stage.calm.agent);
  await page.keyboard.press('Enter');
  await until('the record', async () => (await sectionOf(page)) === 'agent');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Escape');
  await until('back', async () => (await sectionOf(page)) === 'floor');
  await page.keyboard.press('?');
  await has(page, 'dialog[data-form="help"]');
  await accessible(page, 'the help');
  await page.keyboard.press('Escape');
  await hasNot(page, 'dialog[open]');
});

test('with Tab and Enter only: an alert is acknowledged and its breach decided', async (stage, open) => {
  const page = await open('alerts');
  const at = () => page.evaluate(() => `${document.activeElement.closest('[data-row]')?.dataset.alert} ${document.activeElement.dataset.act}`);
  const reach = async act => {
    for (let i = 0; i < 200 && (await at()) !== `${stage.over.alert} ${act}`; i++) await page.keyboard.press('Tab');
    equal(await at(), `${stage.over.alert} ${act}`, 'reached with Tab');
  };
  await reach('ack');
  await page.keyboard.press('Enter');
  await until('acknowledged', async () => (await stage.daemon.view('alerts')).alerts[stage.over.alert].acked_by === stage.people.a.name);
  await until('and drawn', async () => (await row(page, stage.over.alert).locator('[data-act="ack"]').count()) === 0);
  await reach('decide');
  await page.keyboard.press('Enter');
  await has(page, 'dialog[data-form="decide"]');
  for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.dataset.act === 'confirm')); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await hasNot(page, 'dialog[open]');
  equal((await stage.daemon.view('breaches')).breaches[stage.over.breach].decision.by, stage.people.a.name, 'decided');
});

test('one-key shortcuts can be turned off', async (_stage, open) => {
  const page = await open('more');
  await page.locator('.choice').getByText('On', { exact: true }).click();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await sleep(200);
  equal(await sectionOf(page), 'more', 'nothing happened');
});

test('a dialog holds the focus and gives it back', async (stage, open) => {
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

// ---- what fails ----

test('a write waits for the server, and goes once', async (stage, open) => {
  const page = await open('alerts');
  const sent = writesOf(page);
  const button = row(page, stage.over.alert).locator('[data-act="ack"]');
  const width = (await button.boundingBox()).width;
  stage.pause();
  await button.dblclick();
  await until('it says so', async () => (await button.getAttribute('aria-busy')) === 'true');
  equal((await button.boundingBox()).width, width, 'its width while waiting');
  await button.click({ force: true });
  stage.resume();
  await toast(page, /Acknowledged/);
  equal(sent, [`alerts/${stage.over.alert}/ack`], 'writes');
});

both('the server dies during a write: the form keeps what was typed and says so; later it goes', 'alerts', async (stage, page, { press }) => {
  await press(row(page, stage.over.alert).locator('[data-act="grant"]'));
  await page.fill('#grant-reason', '扶老人就医');
  stage.pause();
  await press(submit(page));
  await until('it is on its way', async () => (await submit(page).getAttribute('aria-busy')) === 'true');
  await stage.stop();
  await has(page, 'dialog .problem[data-status="0"]');
  equal(await page.inputValue('#grant-reason'), '扶老人就医', 'what was typed');
  await has(page, '.banner[data-health="disconnected"]');
  await accessible(page, 'a form that did not get through');
  await stage.start();
  await hurry(page);
  await hasNot(page, '.banner[data-health]');
  equal((await stage.records()).filter(one => one.kind === 'grant').length, 0, 'nothing was recorded');
  await until('it may be sent again', async () => (await submit(page).getAttribute('aria-disabled')) === null);
  await press(submit(page));
  await hasNot(page, 'dialog[open]');
  equal((await stage.records()).filter(one => one.kind === 'grant').map(one => [one.body.reason, one.by]), [['扶老人就医', stage.people.a.name]], 'recorded once');
});

test('the disk is full: told everywhere it is tried, until it works again', async (stage, open) => {
  const page = await open('alerts');
  stage.fillDisk();
  await row(page, stage.over.alert).locator('[data-act="ack"]').click();
  await has(page, '[data-recording="no"]');
  assert(/disk is full/.test(await page.locator('[data-recording="no"]').innerText()), 'why');
  await has(page, '[data-toast="critical"]');
  await row(page, stage.over.alert).locator('[data-act="decide"]').click();
  await page.locator('dialog [data-act="confirm"]').click();
  await has(page, 'dialog .problem[data-status="503"]');
  await accessible(page, 'a form that failed');
  equal((await stage.daemon.view('breaches')).breaches[stage.over.breach].decision, undefined, 'nothing is shown that is not on disk');
  stage.freeDisk();
  await page.locator('dialog [data-act="confirm"]').click();
  await hasNot(page, 'dialog[open]');
  await hasNot(page, '[data-recording="no"]');
  equal((await stage.records()).filter(one => /ack|decision/.test(one.kind)).map(one => one.kind), ['breach.decision'], 'on record');
});

for (const [store, why] of [['damaged', /restore a backup/], ['none', /no data folder is configured/]])
  both(`without a store (${store}) the floor is shown and recording is refused, with the way out`, 'floor', async (stage, page, { press }) => {
    await stage.emit([{ type: 'agent.state', ts: stage.now(), agent: '1005', state: 'ready', team: 'A' }]);
    await has(page, '[data-agent="1005"]');
    await press(page.locator('[data-act="notice"]'));
    await page.fill('#notice-text', '开会');
    await press(submit(page));
    await has(page, 'dialog .problem[data-status="503"]');
    assert(why.test(await page.locator('dialog .problem').innerText()), 'what to do');
    equal(await page.inputValue('#notice-text'), '开会', 'what was typed');
    await has(page, '[data-recording="no"]');
    assert(why.test(await page.locator('[data-recording="no"]').innerText()), 'above every section, too');
  }, { store });

test('the line is lost: since when, nothing can be recorded, and it comes back', async (stage, open) => {
  const page = await open('alerts');
  const sent = writesOf(page);
  await stage.stop();
  await has(page, '.banner[data-health="disconnected"]');
  assert(/since \d\d:\d\d:\d\d/.test(await page.locator('.banner').first().innerText()), 'since when');
  await accessible(page, 'a lost line');
  const button = row(page, stage.over.alert).locator('[data-act="ack"]');
  equal(await button.getAttribute('aria-disabled'), 'true', 'off');
  await button.click({ force: true });
  equal(sent, [], 'nothing was sent');
  await stage.start();
  await hurry(page);
  await hasNot(page, '.banner[data-health]');
  equal(await button.getAttribute('aria-disabled'), null, 'on');
});

test('the grants of a killed server are there again', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  await page.locator('.agent-acts [data-act="grant"]').click();
  await page.fill('#grant-reason', '辅导');
  await submit(page).click();
  await has(page, '[data-grant]');
  await stage.stop();
  await has(page, '.banner[data-health="disconnected"]');
  await stage.start();
  await hurry(page);
  await hasNot(page, '.banner[data-health]');
  await has(page, '[data-grant]');
  await undo(page).click();
  await hasNot(page, '[data-grant]');
});
