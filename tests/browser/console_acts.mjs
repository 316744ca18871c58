// What leaders record in the console, at a desk and on a phone, and what the server then has on record.
import { assert, equal, until } from '../integration/lib.mjs';
import { DESK, accessible } from './lib.mjs';
import { both, go, has, hasNot, row, submit, test, toast, tooSmall, undo, writesOf } from './console.mjs';

/** What was recorded of KIND, the newest first. */
const kinds = async (stage, kind) => (await stage.records()).filter(record => record.kind === kind);
const breachOf = async (stage, id) => (await stage.daemon.view('breaches')).breaches[id];
const alertOf = async (stage, id) => (await stage.daemon.view('alerts')).alerts[id];

both('a break is granted in two touches from the alert, and taken back', 'alerts', async (stage, page, { press }) => {
  await press(row(page, stage.over.alert).locator('[data-act="grant"]'));
  await press(submit(page));
  await hasNot(page, 'dialog[open]');
  await toast(page, /Granted/);
  const [grant] = await kinds(stage, 'grant');
  equal([grant.agent, grant.body.kind, grant.by], [stage.over.agent, 'break', stage.people.a.name], 'what is on record');
  assert(grant.body.from <= stage.at('8:46') && grant.body.to > stage.now() && grant.body.reason.length > 0, `from when to when, and why: ${JSON.stringify(grant.body)}`);
  assert((await breachOf(stage, stage.over.breach)).excused, 'the breach does not count');
  await go(page, 'day');
  const state = () => page.locator(`[data-breach="${stage.over.breach}"]`).innerText();
  await until('the console says so', async () => /Granted/.test(await state()));
  await press(undo(page));
  await until('it counts again', async () => /To decide/.test(await state()));
  equal((await kinds(stage, 'grant.undo')).map(one => one.key), [grant.key], 'that is on record, too');
  assert(!(await breachOf(stage, stage.over.breach)).excused, 'the breach counts again');
});

both('an alert is acknowledged', 'alerts', async (stage, page, { press }) => {
  await press(row(page, stage.over.alert).locator('[data-act="ack"]'));
  await toast(page, /Acknowledged/);
  await until('it says who has it', async () => (await row(page, stage.over.alert).innerText()).includes(stage.people.a.name));
  const alert = await alertOf(stage, stage.over.alert);
  assert(alert.acked_by === stage.people.a.name && Math.abs(alert.acked_at - stage.now()) < 60_000, JSON.stringify(alert));
  equal((await kinds(stage, 'alert.ack')).map(one => [one.key, one.by]), [[stage.over.alert, stage.people.a.name]], 'on record');
});

both('a breach is confirmed; another is excused, with a reason', 'alerts', async (stage, page, { press }) => {
  await press(row(page, stage.over.alert).locator('[data-act="decide"]'));
  await press(page.locator('dialog [data-act="confirm"]'));
  await hasNot(page, 'dialog[open]');
  await toast(page, /Decided/);
  const { decision } = await breachOf(stage, stage.over.breach);
  equal([decision.outcome, decision.step, decision.by], ['confirm', 'remind', stage.people.a.name], 'confirmed, with the step of the ladder');
  await press(row(page, stage.busy.alert).locator('[data-act="decide"]'));
  await press(page.locator('dialog [data-act="excuse"]'));
  await until('it asks for a reason', async () => /reason/i.test(await page.locator('dialog .form-missing').innerText()));
  equal((await breachOf(stage, stage.busy.breach)).decision, undefined, 'nothing is decided without one');
  await page.fill('#decide-reason', '处理疑难件，已口头报备');
  await press(page.locator('dialog [data-act="excuse"]'));
  await hasNot(page, 'dialog[open]');
  const records = await kinds(stage, 'breach.decision');
  equal(records.map(one => [one.key, one.body.outcome, one.body.reason, one.by]),
    [[stage.busy.breach, 'excuse', '处理疑难件，已口头报备', stage.people.a.name], [stage.over.breach, 'confirm', undefined, stage.people.a.name]], 'on record');
  await press(undo(page));
  await toast(page, /Decision taken back/);
  equal((await breachOf(stage, stage.busy.breach)).decision, undefined, 'taken back');
});

both('a whole floor walk: start, tick, change, note, finish, report', 'walk', async (stage, page, { press, open, size }) => {
  const other = await open('walk', { who: stage.people.b, size: DESK });
  const walk = async () => (await stage.daemon.view('walk')).walk;
  await press(page.locator('[data-act="start"]'));
  await has(page, '.walk-now.state-started');
  equal([(await walk()).state, (await walk()).by], ['started', stage.people.a.name], 'started, by whom');
  if (size !== DESK) equal(await tooSmall(page), [], 'what is too small for a finger');
  const id = `agent:${stage.over.agent}`;
  const item = page.locator(`[data-item="${id}"]`);
  const pressed = (where, tick) => where.locator(`[data-act="tick-${tick}"]`).getAttribute('aria-pressed');
  await press(item.locator('[data-act="tick-seen"]'));
  await until('ticked', async () => (await pressed(item, 'seen')) === 'true');
  await has(other, `[data-item="${id}"] [data-act="tick-seen"][aria-pressed="true"]`);
  equal((await walk()).items[id].tick, 'seen', 'at the server');
  await press(undo(page));
  await until('taken back', async () => (await pressed(item, 'seen')) === 'false');
  await press(item.locator('[data-act="tick-helped"]'));
  await until('ticked', async () => (await pressed(item, 'helped')) === 'true');
  await press(item.locator('[data-act="note"]'));
  await page.fill('#note-text', '替她接了这通电话');
  await press(submit(page));
  await until('the note', async () => (await item.innerText()).includes('替她接了这通电话'));
  const { items } = await walk();
  equal([items[id].tick, items[id].note, items[id].by], ['helped', '替她接了这通电话', stage.people.a.name], 'at the server');
  const count = Object.keys(items).length;
  assert(count > 5, `a list: ${count}`);
  await press(page.locator('[data-act="start"]'));
  assert((await page.locator('dialog').innerText()).includes(`${count - 1} not ticked`), 'what is left open');
  await press(submit(page));
  await toast(page, /The walk is done/);
  await until('it is in the report', async () => (await page.locator('.report').innerText()).includes(`1 of ${count}`));
  await until('the other sees it', async () => (await other.locator('.walk-now').count()) === 0);
  const past = (await stage.daemon.view('walk')).past[stage.walk];
  equal([past.state, past.by, past.ticked, past.items], ['done', stage.people.a.name, 1, count], 'at the server');
});

const HEAD = 'date,agent,name,team,seat,start,end,activities,leave';

both('a roster with faults is refused line by line, then one without is taken', 'roster', async (stage, page, { press }) => {
  const sent = writesOf(page);
  const date = '2026-11-24';
  const stored = async () => (await stage.record('GET', `roster?date=${date}`)).body.shifts;
  await press(page.locator('.toolbar').getByText('Upload a roster'));
  await page.fill('#roster-text', `${HEAD}\n${date},1001,王芳,A,07,25:30,17:30,,\n${date},,李强,A,08,08:30,17:30,,`);
  await press(submit(page));
  await has(page, '[data-fault]');
  const faults = await page.locator('[data-fault]').allInnerTexts();
  equal(await page.locator('[data-fault] b').allInnerTexts(), ['Line 2, column 25', 'Line 3, column 12'], 'the places');
  assert(faults[0].includes('25:30'), 'the line itself');
  equal(await stored(), [], 'nothing is half taken');
  await page.fill('#roster-text', `${HEAD}\n${date},1001,王芳,A,07,08:30,17:30,,\n${date},9002,李强,A,08,20:30,08:30,,`);
  await hasNot(page, '[data-fault]');
  await press(submit(page));
  await has(page, '[data-checked]');
  equal(await stored(), [], 'a dry run records nothing');
  await press(submit(page));
  await toast(page, /2 shifts uploaded/);
  equal(sent.filter(path => path.startsWith('roster')).map(path => /check/.test(path)), [true, true, false], 'it was sent once');
  equal((await stored()).map(shift => shift.agent).sort(), ['1001', '9002'], 'the server has it');
  equal((await kinds(stage, 'roster')).map(one => one.by), [stage.people.a.name], 'and who brought it');
  await page.fill('input[type="date"]', date);
  await until('the day', async () => /20:30–08:30/.test(await page.locator('main').innerText()));
});

test('a roster is dropped or chosen, also in a Chinese spreadsheet’s encoding', async (stage, open) => {
  const page = await open('roster');
  await page.locator('.toolbar').getByText('Upload a roster').click();
  const name = [0xcd, 0xf5, 0xb7, 0xbc]; // 王芳 in GBK
  const bytes = Buffer.concat([Buffer.from(`${HEAD}\n2026-11-25,1001,`), Buffer.from(name), Buffer.from(',A,07,08:30,17:30,,')]);
  await page.locator('dialog input[type="file"]').setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer: bytes });
  await has(page, '[data-checked]');
  assert((await page.inputValue('#roster-text')).includes('王芳'), 'decoded');
  const data = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
    return transfer;
  }, `${HEAD}\n2026-11-26,1003,张敏,A,03,08:30,17:30,,`);
  await page.dispatchEvent('[data-drop]', 'drop', { dataTransfer: data });
  await until('the dropped one', async () => /dropped\.csv/.test(await page.locator('[data-drop]').innerText()) && /2026-11-26/.test(await page.locator('[data-checked]').innerText()));
});

both('grants of every kind are recorded with their times and reasons; presets fill them in', 'agent/1005', async (stage, page, { press, size }) => {
  const all = size === DESK ? ['break', 'busy', 'away', 'problem', 'late', 'early_leave', 'overtime'] : ['break', 'late'];
  for (const kind of all) {
    await press(page.locator('.agent-acts [data-act="grant"]'));
    await press(page.locator(`dialog [data-kind="${kind}"]`));
    await press(page.locator('dialog [data-preset]').last());
    await page.fill('#grant-reason', `because of ${kind}`);
    await press(submit(page));
    await hasNot(page, 'dialog[open]');
  }
  const recorded = (await stage.records(`&agent=${stage.calm.agent}`)).filter(one => one.kind === 'grant').reverse();
  equal(recorded.map(({ body }) => [body.kind, body.reason, body.to > body.from]), all.map(kind => [kind, `because of ${kind}`, true]), 'on record');
  await until('the console shows them', async () => (await page.locator('[data-grant]').count()) === all.length);
  await press(page.locator('[data-grant] [data-act="undo"]').first());
  await until('one is taken back', async () => (await page.locator('[data-grant]').count()) === all.length - 1);
  equal(Object.keys((await stage.daemon.view('grants')).grants).length, all.length - 1, 'at the server');
});

test('a leave is not granted before its effect is seen', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  const sent = writesOf(page);
  await page.locator('.agent-acts button').nth(1).click();
  await until('before and after', async () => /%/.test(await page.locator('[data-before]').innerText()) && /%/.test(await page.locator('[data-after]').innerText()));
  assert(/^-?\d+$/.test((await page.locator('[data-slots]').innerText()).trim()), 'slots left');
  equal(sent, ['grants?check=1'], 'only a dry run');
  equal((await kinds(stage, 'grant')).length, 0, 'nothing recorded yet');
  await page.locator('#grant-to').fill('2020-01-01T00:00');
  equal(await submit(page).getAttribute('aria-disabled'), 'true', 'backwards');
  await page.locator('[data-preset="rest"]').click();
  await until('reckoned', async () => (await submit(page).getAttribute('aria-disabled')) === null);
  await submit(page).click();
  await toast(page, /Granted/);
  equal((await kinds(stage, 'grant')).map(one => one.body.kind), ['leave'], 'recorded');
});

test('the server’s refusal of a grant stays in the form', async (stage, open) => {
  const page = await open(`agent/${stage.calm.agent}`);
  await page.locator('.agent-acts [data-act="grant"]').click();
  await page.locator('dialog [data-kind="problem"]').click();
  await page.locator('#grant-to').fill('2099-01-01T00:00');
  await submit(page).click();
  await has(page, 'dialog .problem[data-status="422"]');
  await accessible(page, 'a refused grant');
  await page.locator('[data-preset]').first().click();
  await hasNot(page, 'dialog .problem');
  await submit(page).click();
  await hasNot(page, 'dialog[open]');
});

test('a due walk is above every section until it starts', async (stage, open) => {
  const page = await open('floor');
  await has(page, '.walk-banner');
  await page.locator('.walk-banner a').click();
  await hasNot(page, '.walk-banner');
  await page.keyboard.press('s');
  await has(page, '.walk-now.state-started');
  await go(page, 'floor');
  await hasNot(page, '.walk-banner');
});

test('duty is handed over and taken back', async (stage, open) => {
  const rota = 'date,role,person,from,to\n2026-11-23,duty,li,08:00,20:00\n';
  equal((await stage.record('POST', 'duty', rota, { type: 'text/csv' })).status, 201, 'a rota');
  const page = await open('walk');
  const duty = () => page.locator('.tiles-row').first().innerText();
  await until('on duty', async () => /李四/.test(await duty()));
  await page.getByText('Hand over duty').click();
  await has(page, 'dialog .duty-row');
  await page.selectOption('#duty-person', 'wu');
  await submit(page).click();
  await until('on duty', async () => /吴主管/.test(await duty()));
  equal((await stage.daemon.view('walk')).duty.person, 'wu', 'at the server');
  await undo(page).click();
  await until('taken back', async () => /李四/.test(await duty()));
}, { accounts: true });

test('shifts of tomorrow are swapped; those of today have begun', async (stage, open) => {
  const tomorrow = ['1005,陈静,A,05,08:00,17:00,,', '1011,徐峰,B,11,13:00,22:00,,'].map(row => `2026-11-24,${row}`);
  equal((await stage.record('POST', 'roster', [HEAD, ...tomorrow, ''].join('\n'), { type: 'text/csv' })).status, 201, 'a roster');
  const page = await open(`agent/${stage.calm.agent}`);
  await page.locator('.agent-acts [data-act="swap"]').click();
  await has(page, 'dialog [data-swap]');
  const keys = await page.locator('dialog [data-swap]').evaluateAll(list => list.map(one => one.dataset.swap));
  equal(keys.map(key => key.split('@')[0]).sort(), ['1006', '1011'], 'whose shifts are still to come');
  await page.locator('dialog [data-swap^="1011@"]').click();
  await submit(page).click();
  await toast(page, /have swapped/);
  const [swap] = await kinds(stage, 'swap');
  equal([swap.by, [swap.body.a, swap.body.b].map(key => key.split('@')[0]).sort()], [stage.people.a.name, ['1005', '1011']], 'on record');
  const shifts = (await stage.record('GET', 'roster?date=2026-11-24')).body.shifts;
  equal(Object.values((await stage.daemon.view('shifts')).shifts).filter(one => one.start > stage.at('23:00')).map(one => [one.agent, one.start]).sort(),
    [['1005', stage.at('13:00') + 86_400_000], ['1011', stage.at('8:00') + 86_400_000]], `swapped: ${JSON.stringify(shifts)}`);
});

test('somebody is recalled from their break, a notice is posted', async (stage, open) => {
  const page = await open('breaks');
  await page.locator(`[data-agent="${stage.over.agent}"] [data-act="recall"]`).first().click();
  await toast(page, /told to come back/);
  equal((await kinds(stage, 'recall')).map(one => [one.agent, one.by]), [[stage.over.agent, stage.people.a.name]], 'on record');
  await go(page, 'floor');
  await page.locator('[data-act="notice"]').click();
  await page.fill('#notice-text', '15:00 系统维护');
  await submit(page).click();
  await toast(page, /Notice posted/);
  equal((await stage.daemon.view('site')).notices.map(one => one.text), ['15:00 系统维护'], 'on the walls');
});
