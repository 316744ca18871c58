// The built-in boards in a real browser against a real daemon and Redis, in both languages: figures equal to the
// API's, live updates, lost daemon and lost Redis, rotation, the dialog, accessibility.
import { assert, call, equal, sleep, startDaemon, startRedis, state, until } from '../integration/lib.mjs';
import { accessible, DESK, PHONE, scenario } from './lib.mjs';

const test = (name, play) =>
  scenario(name, async ({ scene, pages }) => {
    const open = async (daemon, where, size = DESK) => {
      const page = await pages(size);
      await page.goto(daemon.url + where);
      return page;
    };
    await play(scene, open, pages);
  });

// A floor that stands still: what a page shows can be compared at leisure.
async function stillFloor(scene) {
  const redis = await startRedis(scene, { persistent: true });
  const daemon = await startDaemon(scene, { redis });
  await daemon.live();
  const now = Date.now() - 1000;
  const batch = [];
  for (let i = 0; i < 12; i++) batch.push({ ...state(`10${i}`, ['ready', 'talking', 'wrapup', 'break'][i % 4], { team: i % 2 ? 'A' : 'B', queues: ['sales'] }), ts: now });
  for (let i = 0; i < 20; i++) {
    batch.push({ ...call('queued', `c${i}`, { queue: i % 2 ? 'sales' : 'support' }), ts: now + i });
    if (i < 13) batch.push({ ...call('answered', `c${i}`, { agent: '101' }), ts: now + 200 + i });
    else if (i < 16) batch.push({ ...call('abandoned', `c${i}`), ts: now + 300 + i });
  }
  batch.push({ type: 'notice', ts: now, text: '今日 15:00 系统维护' });
  await redis.emit(batch);
  await until('the events are in', async () => (await daemon.view('site')).today.offered === 20);
  return { redis, daemon };
}

const shown = (page, figure) => page.locator(`[data-figure="${figure}"] .value`).first().innerText().then(text => text.trim());
const percent = x => `${(x * 100).toFixed(1)}%`;
const answered = daemon => daemon.view('site').then(site => percent(site.indicators.answer_rate.value));
const bigRate = page => page.locator('[data-figure="answer_rate"]').first().innerText();

const BOARDS = ['overview', 'queues', 'agents', 'floor', 'staffing'];
const LANGS = { 'zh-CN': { rate: '接通率', live: '实时' }, en: { rate: 'Answer rate', live: 'Live' } };

for (const board of BOARDS)
  for (const [lang, text] of Object.entries(LANGS)) {
    test(`${board} in ${lang}: figures, no scrollbars, no faults, accessible`, async (scene, open) => {
      const { daemon } = await stillFloor(scene);
      const page = await open(daemon, `/wall/${board}?lang=${lang}`);
      await until('it is live', async () => (await page.locator('header').innerText()).includes(text.live));
      await until('widgets are drawn', async () => (await page.locator('.skeleton').count()) === 0);
      const site = await daemon.view('site');
      if (board === 'overview') {
        assert((await bigRate(page)).includes(await answered(daemon)), 'the answer rate of the API');
        assert((await page.locator('body').innerText()).includes(text.rate), 'its name');
        equal(await shown(page, 'waiting'), String(site.now.waiting), 'waiting');
      }
      if (board === 'queues') {
        const table = await page.locator('[data-widget="queue_table"]').innerText();
        const { queues } = await daemon.view('queues');
        for (const id of Object.keys(queues)) assert(table.includes(percent(queues[id].today.answer_rate)), `answer rate of ${id}`);
      }
      if (board === 'agents') {
        const grid = await page.locator('[data-widget="agent_grid"]').innerText();
        for (let i = 0; i < 12; i++) assert(grid.includes(`10${i}`), `agent 10${i}`);
      }
      const scrolls = await page.evaluate(() => {
        const e = document.documentElement;
        return e.scrollHeight > e.clientHeight || e.scrollWidth > e.clientWidth;
      });
      assert(!scrolls, 'no scrollbars on a wall');
      await accessible(page, board);
    });
  }

test('light theme is accessible', async (scene, open) => {
  const { daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/overview?lang=en&theme=light');
  await until('drawn', async () => (await page.locator('.skeleton').count()) === 0);
  await sleep(300);
  await accessible(page, 'the light theme');
});

test('an event changes the wall', async (scene, open) => {
  const { redis, daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/overview?lang=en');
  await until('four wait', async () => (await shown(page, 'waiting')) === '4');
  await redis.emit(call('queued', 'new', { queue: 'sales' }));
  await until('five wait', async () => (await shown(page, 'waiting')) === '5');
  await until('the wait counts up', async () => /^0:0[1-9]/.test(await shown(page, 'longest_now')) || /^[0-9]+:/.test(await shown(page, 'longest_now')));
});

test('the daemon is lost: nobody can overlook it, and it comes back', async (scene, open) => {
  const { redis, daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/overview?lang=zh-CN');
  await until('four wait', async () => (await shown(page, 'waiting')) === '4');
  await daemon.process.kill('SIGKILL');
  await until('the banner', () => page.locator('.banner[data-health="disconnected"]').isVisible());
  assert(/截至 \d/.test(await page.locator('.banner').innerText()), 'as of when');
  await redis.emit(call('queued', 'meanwhile', { queue: 'sales' }));
  await daemon.start();
  await until('the banner is gone', async () => (await page.locator('.banner').count()) === 0, 60000);
  await until('five wait', async () => (await shown(page, 'waiting')) === '5');
});

test('Redis is lost: the wall says since when', async (scene, open) => {
  const { redis, daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/queues?lang=en');
  await until('drawn', async () => (await page.locator('.skeleton').count()) === 0);
  await redis.stop('SIGKILL');
  await until('the banner', () => page.locator('.banner[data-health="stale"]').isVisible());
  assert(/\d\d:\d\d:\d\d/.test(await page.locator('.banner').innerText()), 'since when');
  await redis.start();
  await until('the banner is gone', async () => (await page.locator('.banner').count()) === 0, 60000);
});

test('rotation turns the boards without losing the wire', async (scene, open) => {
  const { daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/overview,queues?every=5&lang=en');
  await until('the first', async () => (await page.locator('h1').innerText()).length > 0);
  const first = await page.locator('h1').innerText();
  await until('the second', async () => (await page.locator('h1').innerText()) !== first, 60000);
  equal(await daemon.metric('shiftwall_clients_accepted_total'), 1, 'connections');
});

test('a pressed figure explains itself', async (scene, open) => {
  const { daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/overview?lang=en');
  await until('drawn', async () => (await page.locator('[data-figure="answer_rate"]').count()) > 0);
  await page.locator('[data-figure="answer_rate"]').first().focus();
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  await until('the dialog', () => dialog.isVisible());
  const text = await dialog.innerText();
  assert(/13/.test(text) && /16/.test(text), `numerator and denominator: ${text}`);
  assert((await dialog.locator('.formula').innerText()).length > 5, 'the formula');
  await page.keyboard.press('Escape');
  await until('closed', async () => (await page.locator('dialog[open]').count()) === 0);
});

test('a grid of agents asks for the queues only while somebody asks about an agent', async (scene, _open, pages) => {
  const { daemon } = await stillFloor(scene);
  const page = await pages(DESK);
  const sent = [];
  page.on('websocket', socket => socket.on('framesent', ({ payload }) => sent.push(JSON.parse(payload))));
  const asked = op => sent.filter(message => message.op === op && message.views.includes('queues')).length;
  await page.goto(`${daemon.url}/wall/agents?lang=en`);
  await until('drawn', async () => (await page.locator('[data-agent="101"]').count()) > 0);
  equal(asked('subscribe'), 0, 'asked for the queues at first');
  await page.locator('[data-agent="101"]').focus();
  await page.keyboard.press('Enter');
  await until('the dialog', () => page.locator('dialog[open]').isVisible());
  await until('the queues are asked for', () => asked('subscribe') === 1);
  await page.keyboard.press('Escape');
  await until('and no more', () => asked('unsubscribe') === 1);
});

test('a wrong screen clock does not bend the timers', async (scene, _open, pages) => {
  const { daemon } = await stillFloor(scene);
  const page = await pages(DESK);
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 7200000; // two hours slow
  });
  await page.goto(`${daemon.url}/wall/overview?lang=en`);
  await until('a wait', async () => /^\d+:\d\d$/.test(await shown(page, 'longest_now')));
  const oldest = (await daemon.view('site')).now.oldest_since;
  const [minutes, seconds] = (await shown(page, 'longest_now')).split(':').map(Number);
  const off = Math.abs(minutes * 60 + seconds - (Date.now() - oldest) / 1000);
  assert(off < 30, `off by ${off} s`);
});

test('a phone shows one column and everything fits its width', async (scene, open) => {
  const { daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/overview?lang=zh-CN', PHONE);
  await until('drawn', async () => (await page.locator('.skeleton').count()) === 0);
  assert(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no sideways scrolling');
});

test('an unknown board lists the known ones', async (scene, open) => {
  const { daemon } = await stillFloor(scene);
  const page = await open(daemon, '/wall/nothing?lang=en');
  await until('the list', async () => (await page.locator('a[href*="/wall/overview"]').count()) > 0);
});
