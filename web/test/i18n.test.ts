import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tables, fill } from '../src/i18n';
import { figureText } from '../src/i18n/figure_texts';
import { FIGURE_IDS } from '../src/i18n/figures';
import { QUEUE_COLUMNS, SERIES, TOTALS } from '../src/wire/board';
import { AGENT_STATES, INDICATORS, WINDOWS } from '../src/wire/types';

const zh = tables['zh-CN'];
const en = tables.en;
const parameters = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();

test('every text is in both languages, with the same parameters', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    assert.ok(zh[key].trim() && en[key].trim(), key);
    assert.deepEqual(parameters(en[key]), parameters(zh[key]), key);
  }
});

test('no Chinese in the English texts, and Chinese where it should be', () => {
  for (const [key, text] of Object.entries(en)) assert.ok(!/[\u3400-\u9fff]/.test(text), key);
  const latin = Object.entries(zh).filter(([, text]) => /[A-Za-z]{3}/.test(text.replace(/\{\w+\}/g, '')) && !/[\u3400-\u9fff]/.test(text));
  assert.deepEqual(latin, []);
});

test('every figure, state and window has its words in both languages', () => {
  const figures: readonly string[] = FIGURE_IDS;
  for (const id of [...QUEUE_COLUMNS, ...TOTALS, ...SERIES, ...INDICATORS]) assert.ok(figures.includes(id), id);
  for (const id of FIGURE_IDS) {
    for (const language of ['zh-CN', 'en'] as const) {
      const text = figureText(id, language);
      assert.ok(text.label && text.term && text.counts, `${language} ${id}`);
      assert.ok(text.formula || id === 'service_level', `${language} ${id}`);
    }
  }
  for (const table of [zh, en]) {
    for (const state of AGENT_STATES) assert.ok(table[`state.${state}`]);
    for (const window of WINDOWS) assert.ok(table[`window.${window}`]);
  }
});

test('the terms are those of the trade', () => {
  assert.equal(figureText('answer_rate', 'zh-CN').term, '接通率');
  assert.equal(figureText('service_level', 'zh-CN').term, '服务水平');
  assert.equal(zh['state.ready'], '待话');
  assert.equal(zh['state.busy'], '示忙');
  assert.equal(zh['state.break'], '小休');
});

test('parameters are filled in, and once only', () => {
  assert.equal(fill('{a} of {b}', { a: 1, b: '{a}' }), '1 of {a}');
  assert.equal(fill('{a}', {}), '{a}');
});
