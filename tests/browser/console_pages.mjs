// Every section of the console in both languages, at a desk and on a phone: it fits, nothing is cut, all may use it, and
// the figures are those of the server.
import fs from 'node:fs';
import { assert, equal, sleep, until } from '../integration/lib.mjs';
import { accessible, DESK, PHONE } from './lib.mjs';
import { both, fits, go, has, submit, test, tooSmall } from './console.mjs';

const SECTIONS = ['floor', 'breaks', 'signin', 'alerts', 'walk', 'roster', 'queues', 'day', 'charts', 'staffing', 'reports', 'chat', 'policy', 'more'];

/** What the section says, but for the codes of rules. */
const words = page => page.locator('main').evaluate(main => {
  const codes = [...main.querySelectorAll('code')].map(code => code.innerText);
  return codes.reduce((text, code) => text.replace(code, ''), main.innerText);
});

/** A key or a value that was never put in words; a file is called so. */
const raw = text => /[a-z]+\.[a-z_]+\b|undefined|NaN|\[object/.exec(text.replace(/\w+\.csv/g, ''))?.[0];

for (const [name, size] of [['at a desk', DESK], ['on a phone', PHONE]])
  for (const [lang, theme] of [['zh-CN', 'dark'], ['en', 'light']]) {
    test(`every section ${name} in ${lang}, ${theme}: fits, nothing cut, accessible`, async (stage, open) => {
      const page = await open('floor', { size, lang, theme });
      for (const section of [...SECTIONS, `agent/${stage.over.agent}`]) {
        await go(page, section);
        await sleep(150);
        await fits(page, `${section} in ${lang}`);
        await accessible(page, section);
        if (size === PHONE) equal(await tooSmall(page), [], `what is too small for a finger in ${section}`);
        const text = await words(page);
        if (lang === 'en') equal(raw(text), undefined, `a raw key or value in ${section}`);
        else assert(/[\u4e00-\u9fff]/.test(text), `${section} in Chinese`);
      }
    });
  }

/** Every form: where it is opened, and what opens it. */
const formsOf = stage => [
  ['grant', 'alerts', `[data-alert="${stage.over.alert}"] [data-act="grant"]`], ['decide', 'alerts', `[data-alert="${stage.over.alert}"] [data-act="decide"]`],
  ['grant', `agent/${stage.calm.agent}`, '.agent-acts button:nth-child(2)'], ['swap', `agent/${stage.calm.agent}`, '.agent-acts [data-act="swap"]'], ['dispute', `agent/${stage.over.agent}`, '[data-act="dispute"]'],
  ['notice', 'floor', '[data-act="notice"]'], ['upload', 'roster', '.toolbar .act-main'], ['duty', 'walk', '.tile button'],
];

for (const [where, size, lang] of [['at a desk', DESK, 'en'], ['on a phone', PHONE, 'zh-CN'], ['on a phone', PHONE, 'en']])
  test(`every form ${where} in ${lang}: fits, accessible`, async (stage, open) => {
    const page = await open('floor', { size, lang });
    for (const [form, section, opener] of formsOf(stage)) {
      await go(page, section);
      await page.locator(opener).first().click();
      await has(page, `dialog[open][data-form="${form}"]`);
      const { box, wide } = await page.locator('dialog[open]').evaluate(dialog => {
        const { left, right, top, bottom } = dialog.getBoundingClientRect();
        return { box: [left >= 0, right <= innerWidth, top >= 0, bottom <= innerHeight], wide: dialog.scrollWidth - dialog.clientWidth };
      });
      equal([box, wide <= 0], [[true, true, true, true], true], `the form ${form} is on the screen`);
      if (size === PHONE) equal(await tooSmall(page), [], `what is too small for a finger in ${form}`);
      await accessible(page, `the form ${form}`);
      await page.keyboard.press('Escape');
      await until('it is closed', async () => (await page.locator('dialog[open]').count()) === 0);
    }
  });

test('an empty floor says so everywhere', async (_stage, open) => {
  const page = await open('floor');
  for (const section of SECTIONS.filter(s => !['more', 'policy', 'walk'].includes(s))) {
    await go(page, section);
    await has(page, 'main .nothing');
    await accessible(page, `empty ${section}`);
  }
}, { empty: true });

test('sign-in: tile, filter, mark and list agree about who is absent', async (stage, open) => {
  const page = await open('signin');
  const counted = (await stage.daemon.view('site')).attendance;
  const tile = name => page.locator('.tile', { hasText: name }).first().locator('.tile-value').innerText();
  const filter = id => page.locator(`[data-filter="${id}"] b`).innerText();
  const mark = () => page.locator('.rail [data-section="signin"] .badge').innerText();
  const all = async () => [await tile('Absent'), await filter('absent'), await mark()];
  equal([await all(), counted.absent], [['1', '1', '1'], 1], 'one did not come');
  const { at } = stage;
  // Who should have come at 8:00 comes now: present, and too late to count.
  await stage.emit([{ type: 'agent.state', ts: at('9:00'), agent: '1018', state: 'ready' }]);
  await page.locator('[data-filter="absent"]').click();
  await until('they are here', async () => (await stage.daemon.view('agents')).agents['1018'].state === 'ready');
  await sleep(500); // the views come together
  equal([await all(), (await stage.daemon.view('site')).attendance.absent], [['1', '1', '1'], 1], 'though they are here now');
  assert(/Absent/.test(await page.locator('[data-agent="1018"]').innerText()), 'and it says why they are in the list');
});

both('the figures of the floor are the server’s', 'floor', async (stage, page) => {
  const { agents } = await stage.daemon.view('agents');
  equal(await page.locator('main [data-agent]').count(), Object.values(agents).filter(one => one.state !== 'offline').length, 'everybody is there');
  const since = agents[stage.over.agent].since;
  const [minutes, seconds] = (await page.locator(`[data-agent="${stage.over.agent}"] .time`).innerText()).split(':').map(Number);
  const off = Math.abs(minutes * 60 + seconds - (stage.now() - since) / 1000);
  assert(off < 10, `off by ${off} s`);
  await go(page, 'queues');
  const text = await page.locator('main').innerText();
  for (const queue of Object.values((await stage.daemon.view('queues')).queues)) {
    assert(text.includes(queue.name), `${queue.name} is there`);
    assert(text.includes(`${(queue.today.answer_rate * 100).toFixed(1)}%`), `the answer rate of ${queue.name}`);
  }
});

test('what happens on the floor is seen at once', async (stage, open) => {
  const page = await open('breaks');
  await stage.emit([{ type: 'agent.state', ts: stage.now(), agent: '1011', state: 'break' }]);
  await has(page, 'main [data-agent="1011"]');
  await stage.emit([{ type: 'agent.state', ts: stage.now(), agent: '1011', state: 'ready' }]);
  await until('back', async () => (await page.locator('main .out-row:not(.gone)[data-agent="1011"]').count()) === 0);
});

test('a wrong screen clock does not bend the timers', async (stage, open) => {
  const page = await open('floor', { init: () => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 7200000; // two hours slow
  } });
  const { since } = (await stage.daemon.view('agents')).agents[stage.over.agent];
  const [minutes, seconds] = (await page.locator(`[data-agent="${stage.over.agent}"] .time`).innerText()).split(':').map(Number);
  const off = Math.abs(minutes * 60 + seconds - (stage.now() - since) / 1000);
  assert(off < 10, `off by ${off} s`);
});

test('filters, team and search find people', async (_stage, open) => {
  const page = await open('floor');
  const shown = () => page.locator('main [data-agent]').count();
  const all = await shown();
  await page.locator('[data-filter="over"]').click();
  await until('the filter', async () => (await shown()) < all && (await shown()) > 0);
  equal(await shown(), Number(await page.locator('[data-filter="over"] b').innerText()), 'as many as it says');
  equal(await page.locator('main [data-agent].limit-over').count(), await shown(), 'all over their limit');
  await page.locator('[data-filter="all"]').click();
  await page.selectOption('.team-choice', 'B');
  await until('the team', async () => (await page.locator('.team').count()) === 1);
  await page.fill('[data-search]', 'nobody at all');
  await has(page, 'main .nothing');
});

test('language and theme change in place and are in the address', async (_stage, open) => {
  const page = await open('breaks');
  await page.getByRole('button', { name: '中文' }).click();
  await until('Chinese', async () => (await page.locator('h1').innerText()).includes('小休'));
  const address = new URL(page.url());
  equal([address.searchParams.get('lang'), address.hash], ['zh-CN', '#breaks'], 'the address');
  equal(await page.getAttribute('html', 'lang'), 'zh-CN', 'the page says so');
});

test('sound is unlocked by one touch', async (_stage, open) => {
  const page = await open('walk');
  await page.locator('.chime button').first().click();
  await until('on', async () => (await page.locator('.chime button').first().getAttribute('aria-pressed')) === 'true');
});

test('absentees, breaches and walks can be taken away', async (stage, open) => {
  const page = await open('signin');
  const take = async click => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return fs.readFileSync(await download.path(), 'utf8');
  };
  const absentees = await take(() => page.getByText('Export absentees').click());
  assert(absentees.startsWith('\ufeffDate,Agent') && absentees.split('\n').filter(line => /,1018,/.test(line)).length === 1 && !/,1012,/.test(absentees), absentees);
  await go(page, 'day');
  assert(/Busy too long/.test(await take(() => page.getByText('Export', { exact: true }).click())), 'breaches');
  await go(page, 'walk');
  await page.locator('[data-act="start"]').click();
  await has(page, '.walk-now.state-started');
  await page.locator('[data-act="start"]').click();
  await submit(page).click();
  await until('in the report', async () => (await page.locator('.report .past-row').count()) === 1);
  assert((await take(() => page.getByText('Export', { exact: true }).click())).includes(stage.people.a.name), 'walks');
});

test('a wall loads nothing of the console', async (stage, _open, pages) => {
  const page = await pages(DESK);
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto(`${stage.url}/wall/overview?lang=en`);
  await until('drawn', async () => (await page.locator('.skeleton').count()) === 0);
  await page.goto(`${stage.url}/console?lang=en`);
  await page.waitForSelector('#session-who');
  const at = asked.indexOf('/console');
  const own = asked.slice(at).filter(name => name.startsWith('/assets/') && !asked.slice(0, at).includes(name));
  assert(own.some(name => name.endsWith('.css')) && own.some(name => name.endsWith('.js')), `the console has its own parts: ${own}`);
});
