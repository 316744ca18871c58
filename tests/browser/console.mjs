// What the console's scenarios share: a stage each (stage.mjs), leaders who sit at it, and what they see and press.
import { assert, equal, until } from '../integration/lib.mjs';
import { DESK, PHONE, scenario } from './lib.mjs';
import { openStage } from './stage.mjs';

/** One scenario on a stage of its own. OPEN(section, options) is a console somebody sits at. */
export const test = (name, play, options) =>
  scenario(`console: ${name}`, async ({ scene, pages }) => {
    const stage = await openStage(scene, options);
    const open = async (section, { size = DESK, lang = 'en', theme = 'dark', who = stage.people.a, init } = {}) => {
      const page = await pages(size);
      if (init) await page.addInitScript(init);
      await page.goto(`${stage.url}/console?lang=${lang}&theme=${theme}#${section}`);
      if (who) await signIn(page, who);
      if (who || !options?.elsewhere) await drawn(page);
      return page;
    };
    await play(stage, open, pages);
  });

/** The same at a desk and on a phone; there a finger presses. PLAY gets (stage, page, { press, open, size }). */
export function both(name, section, play, options) {
  for (const [where, size] of [['at a desk', DESK], ['on a phone', PHONE]]) {
    const press = locator => (size === PHONE ? locator.tap() : locator.click());
    test(`${name}, ${where}`, async (stage, open) => play(stage, await open(section, { size }), { press, open, size }), options);
  }
}

export async function signIn(page, who) {
  if (who.pin) {
    await page.selectOption('#session-who', who.id);
    await page.fill('#session-pin', who.pin);
  } else await page.fill('#session-who', who.name);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-signed="true"]');
}

export const drawn = page => until('it is drawn', async () => (await page.locator('main').count()) > 0 && (await page.locator('main .skeleton').count()) === 0);
export const sectionOf = page => page.locator('.console').getAttribute('data-section');
export const go = async (page, section) => {
  await page.evaluate(hash => { location.hash = hash; }, section);
  await until(`at ${section}`, async () => (await sectionOf(page)) === section.split('/')[0]);
  await drawn(page);
};
export const has = (page, selector) => until(selector, async () => (await page.locator(selector).count()) > 0);
export const hasNot = (page, selector) => until(`no ${selector}`, async () => (await page.locator(selector).count()) === 0);
export const row = (page, id) => page.locator(`[data-alert="${id}"]`);
export const submit = page => page.locator('dialog[open] button[type="submit"]');
export const toast = (page, pattern) => until(`a toast like ${pattern}`, async () => pattern.test(await page.locator('.toasts').innerText()));
export const undo = page => page.locator('[data-act="toast-undo"]').last();

/** Nothing is wider or higher than its screen, sticks out of it, is cut off at an edge, or lies over something else. */
export async function fits(page, what) {
  const { over, out } = await page.evaluate(() => {
    const main = document.querySelector('main');
    const { documentElement: html } = document;
    const scrolls = e => { // sideways, on purpose
      for (let up = e; up && up !== main; up = up.parentElement) if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
      return false;
    };
    const edge = main.getBoundingClientRect();
    return {
      over: [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight, main.scrollWidth - main.clientWidth],
      out: [...main.querySelectorAll('*')].filter(e => {
        const box = e.getBoundingClientRect();
        if (box.width <= 1 || box.height <= 1 || scrolls(e)) return false;
        const style = getComputedStyle(e);
        const own = [...e.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
        const cut = own && style.textOverflow !== 'ellipsis' && /hidden|clip/.test(style.overflowX) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
        return cut || box.left < edge.left - 1 || box.right > edge.right + 1;
      }).map(e => `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`),
    };
  });
  assert(over.every(px => px <= 0), `${what} does not fit: ${over}`);
  equal(out.slice(0, 5), [], `cut off in ${what}`);
  equal(await apart(page), [], `over each other in ${what}`);
}

/** Texts that lie over each other, as drawn: of a page's main part, or of a whole drawing. What is cut off by a frame on
 * purpose, or scrolls in one, counts as far as it is seen. */
export const apart = page => page.evaluate(() => {
  const top = document.querySelector('main') ?? document.documentElement;
  const boxes = [];
  const walk = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const of = node.parentElement;
    if (node.data.trim() === '' || !of.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || /^(title|desc|style)$/.test(of.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const frames = [];
    for (let up = of; up && !(of instanceof SVGElement); up = up.parentElement) if (getComputedStyle(up).overflow !== 'visible') frames.push(up.getBoundingClientRect());
    for (const box of of instanceof SVGElement ? [of.getBoundingClientRect()] : range.getClientRects()) {
      const spare = box.height / 4; // above and below the letters
      const left = Math.max(box.left, ...frames.map(frame => frame.left));
      const right = Math.min(box.right, ...frames.map(frame => frame.right));
      const upper = Math.max(box.top + spare, ...frames.map(frame => frame.top));
      const lower = Math.min(box.bottom - spare, ...frames.map(frame => frame.bottom));
      if (right - left > 1 && lower - upper > 1) boxes.push({ node, left, right, upper, lower });
    }
  }
  return boxes.flatMap((a, i) => boxes.slice(i + 1)
    .filter(b => b.node !== a.node && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.lower, b.lower) - Math.max(a.upper, b.upper) > 1)
    .map(b => `${a.node.data.trim()} / ${b.node.data.trim()}`)).slice(0, 5);
});

/** What a finger cannot hit: everything that can be pressed, is not within running text, and is less than 44 pixels. */
export const tooSmall = page => page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=file]), select, textarea, summary')]
  .filter(e => e.offsetParent !== null && !e.classList.contains('skip'))
  .map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 43.5 || r.width < 43.5)).map(([e, r]) => `${e.className || e.tagName} ${Math.round(r.width)}x${Math.round(r.height)}`));

/** The network is back, says the system: the page need not wait out its back-off. */
export const hurry = page => page.evaluate(() => dispatchEvent(new Event('online')));

/** The writes of PAGE from now on, as the browser sends them. */
export function writesOf(page) {
  const list = [];
  page.on('request', request => request.method() !== 'GET' && list.push(new URL(request.url()).pathname.replace(/^\/api\/v1\/(sites\/main\/)?/, '') + new URL(request.url()).search));
  return list;
}

/** Keeps the writes of PAGES on their way until N are, then lets all go at once. */
export async function together(pages, n) {
  const waiting = [];
  for (const page of pages)
    await page.route('**/api/v1/sites/**', route => {
      if (route.request().method() === 'GET') return route.continue();
      waiting.push(route);
      if (waiting.length === n) for (const one of waiting.splice(0)) void one.continue();
      return undefined;
    });
}
