// What the tests in a browser share: the browser, its screens, one scenario, and what every page is held to.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { equal, root, Scene } from '../integration/lib.mjs';

const need = createRequire(path.join(root, 'web/package.json'));
const { chromium } = need('playwright-core');
const axeSource = fs.readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');

export const DESK = { width: 1920, height: 1080 };
export const PHONE = { width: 390, height: 844 };

const words = process.argv.slice(2);
// Without a process kept ready for a next page: each scenario opens its pages once, and processors are what a run lacks.
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-features=SpareRendererForSitePerProcess'];
const PATIENCE_MS = 120_000;
let passed = 0;
let failed = 0;
const planned = [];
const AT_ONCE = 3; // each waits most of its time
let browser;

async function keepPicture(context, name) {
  const folder = path.join(root, process.env.BUILD ?? 'build', 'browser-failures');
  fs.mkdirSync(folder, { recursive: true });
  await context?.pages()[0]?.screenshot({ path: path.join(folder, `${name.replace(/[^\w-]+/g, '-')}.png`) }).catch(() => {});
}

/**
 * Plans a scenario, unless words were given and none is in its name. PLAY gets { scene, pages }: pages(SIZE) is an empty
 * page on a screen of its own. A scenario fails also on what its pages complain of themselves.
 */
export function scenario(name, play) {
  if (!words.length || words.some(word => name.includes(word))) planned.push({ name, play });
}

async function playOne({ name, play }) {
  const scene = new Scene(name);
  const contexts = [];
  const faults = [];
  const pages = async (size = DESK) => {
    const phone = size === PHONE;
    const context = await browser.newContext({ viewport: size, hasTouch: phone, isMobile: phone, acceptDownloads: true });
    contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', error => faults.push(error.message));
    page.on('console', message => message.type() === 'error' && /Content Security Policy|Error:/.test(message.text()) && faults.push(message.text()));
    return page;
  };
  const started = Date.now();
  let timer;
  const hang = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('hangs')), PATIENCE_MS)));
  try {
    await Promise.race([play({ scene, pages }), hang]);
    equal(faults, [], 'faults of the page');
    passed++;
    console.log(`ok   ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.stack}`);
    for (const [i, context] of contexts.entries()) await keepPicture(context, `${name}-${i + 1}`);
  } finally {
    clearTimeout(timer);
    await Promise.all(contexts.map(context => context.close()));
    await scene.end();
  }
}

/** Plays what is planned, a few at a time, and ends the run with its count. */
export async function playAll() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ARGS });
  const worker = async () => {
    for (let next; (next = planned.shift()); ) await playOne(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed || !passed ? 1 : 0);
}

/** No violation of the accessibility rules A and AA. */
export async function accessible(page, what) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'], resultTypes: ['violations'] }));
  equal(violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.target}`)), [], `accessibility of ${what}`);
}
