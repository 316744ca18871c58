// What the browser tests share: one Chromium, counting, screenshots of what failed.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { Scene, equal, root } from '../integration/lib.mjs';

const need = createRequire(path.join(root, 'web/package.json'));
const { chromium } = need('playwright-core');
const axeSource = fs.readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
const words = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };

/** Plays one scenario, if the words of the command line ask for it: PLAY(scene, contexts), which it puts its browser
 * contexts into. */
export async function scenario(name, play) {
  if (words.length && !words.some(word => name.includes(word))) return;
  const scene = new Scene(name);
  const contexts = [];
  try {
    await play(scene, contexts);
    counts.passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    counts.failed++;
    console.log(`FAIL ${name}: ${error.stack}`);
    const shots = path.join(root, process.env.BUILD ?? 'build', 'browser-failures');
    fs.mkdirSync(shots, { recursive: true });
    await contexts.at(-1)?.pages()[0]?.screenshot({ path: path.join(shots, `${name.replace(/\W+/g, '-')}.png`) }).catch(() => {});
  } finally {
    await Promise.all(contexts.map(context => context.close()));
    await scene.end();
  }
}

export async function accessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }));
  equal(violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.target}`)), [], `accessibility of ${what}`);
}

export async function finish() {
  await browser.close();
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed || !counts.passed ? 1 : 0);
}
