// Contrast of text and ground in both themes, levels that differ for every eye, and a page without anything inline.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { AGENT_STATES } from '../src/wire/types';

type Rgb = readonly [number, number, number];
const css = readdirSync('src/theme').filter((name) => name.endsWith('.css')).map((name) => readFileSync(`src/theme/${name}`, 'utf8')).join('\n');

function colours(selector: string): Map<string, Rgb> {
  const start = css.indexOf(`${selector} {\n  color-scheme`);
  assert.ok(start >= 0, selector);
  const block = css.slice(start, css.indexOf('}', start));
  const found = new Map<string, Rgb>();
  for (const [, name = '', hex = ''] of block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)) {
    const n = parseInt(hex, 16);
    found.set(name, [n >> 16, (n >> 8) & 255, n & 255]);
  }
  for (const [, name = '', r, g, b] of block.matchAll(/--([\w-]+): (\d+) (\d+) (\d+);/g)) found.set(name, [Number(r), Number(g), Number(b)]);
  return found;
}

const linear = (c: number): number => (c <= 10.31475 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [0, 1, 2].map((i) => (a[i] ?? 0) * share + (b[i] ?? 0) * (1 - share)) as unknown as Rgb;

// How a colour looks with one kind of cone missing (Viénot, Brettel, Mollon 1999), on linear light.
const BLIND: { readonly [kind: string]: readonly Rgb[] } = {
  protan: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deutan: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
};

for (const [theme, selector] of [['dark', ':root, [data-theme="dark"]'], ['light', '[data-theme="light"]']] as const) {
  const palette = colours(selector);
  const colour = (name: string): Rgb => {
    const value = palette.get(name);
    assert.ok(value, `${theme} has no ${name}`);
    return value;
  };
  const readable = (text: Rgb, ground: Rgb, least: number, what: string): void => {
    const c = contrast(text, ground);
    assert.ok(c >= least, `${theme}: ${what} has ${c.toFixed(2)}, needs ${least}`);
  };

  test(`${theme}: text is readable on its ground`, () => {
    for (const ground of ['bg', 'panel', 'raised']) {
      for (const text of ['text', 'muted', 'stale']) readable(colour(text), colour(ground), 4.5, `${text} on ${ground}`);
    }
    for (const level of ['ok', 'warning', 'critical']) {
      readable(colour(level), colour('panel'), 4.5, `${level} on panel`);
      readable(colour(level), colour(`${level}-ground`), 4.5, `${level} on its ground`);
      readable(colour('text'), colour(`${level}-ground`), 4.5, `text on ${level}-ground`);
      readable(colour('muted'), colour(`${level}-ground`), 4.5, `muted on ${level}-ground`);
    }
    for (const level of ['warning', 'critical']) readable(colour(`on-${level}`), colour(level), 4.5, `on-${level}`);
    readable(colour('accent'), colour('bg'), 4.5, 'links');
  });

  test(`${theme}: an agent's cell is readable in every state, its icon seen`, () => {
    const tint = Number(/--tint: (\.\d+);/.exec(css.slice(css.indexOf(`${selector} {\n  color-scheme`)))?.[1]);
    for (const state of AGENT_STATES) {
      const ground = mix(colour(state), colour('panel'), tint);
      readable(colour('text'), ground, 4.5, `text on ${state}`);
      readable(colour(state), ground, 3, `the icon of ${state}`);
    }
  });

  test(`${theme}: the levels differ for the colour-blind`, () => {
    const levels = ['ok', 'warning', 'critical'].map((name) => colour(name).map(linear) as unknown as Rgb);
    for (const [kind, rows] of Object.entries(BLIND)) {
      const seen = levels.map((c) => rows.map((row) => Math.max(0, row[0] * c[0] + row[1] * c[1] + row[2] * c[2])));
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < i; j++) {
          const far = Math.hypot(...[0, 1, 2].map((k) => (seen[i]?.[k] ?? 0) ** (1 / 2.2) - (seen[j]?.[k] ?? 0) ** (1 / 2.2)));
          assert.ok(far > 0.12, `${theme}, ${kind}: levels ${j} and ${i} are ${far.toFixed(3)} apart`);
        }
      }
    }
  });
}

test('the page has nothing inline and takes nothing from elsewhere', () => {
  const html = readFileSync('src/index.html', 'utf8');
  assert.ok(!/ style=| on\w+=|<style|javascript:/i.test(html));
  assert.ok(![...html.matchAll(/<script([^>]*)>([^<]*)/g)].some(([, attributes = '', body = '']) => !/\bsrc=/.test(attributes) || body.trim()));
  assert.ok(!/https?:\/\//.test(html));
  assert.ok(!/@import|url\(\s*['"]?(https?:)?\/\//.test(css));
});
