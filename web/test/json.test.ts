import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergePatch, type Json } from '../src/wire/json';

// The cases of RFC 7396, appendix A.
const CASES: readonly (readonly [Json, Json, Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [['a', 'b'], ['c', 'd'], ['c', 'd']],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

test('merge patch does what RFC 7396 says', () => {
  for (const [target, patch, result] of CASES) assert.deepEqual(mergePatch(target, patch), result, JSON.stringify([target, patch]));
});

test('merge patch leaves its target alone and shares what it does not touch', () => {
  const target = { agents: { '1001': { state: 'ready', since: 1 }, '1002': { state: 'talking', since: 2 } }, other: { x: 1 } };
  const before = JSON.stringify(target);
  const result = mergePatch(target, { agents: { '1001': { state: 'break' } } }) as unknown as typeof target;
  assert.equal(JSON.stringify(target), before);
  assert.notEqual(result.agents['1001'], target.agents['1001']);
  assert.equal(result.agents['1002'], target.agents['1002']);
  assert.equal(result.other, target.other);
});

test('a member called __proto__ or constructor does no harm', () => {
  const patch = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"x":1}}') as Json;
  const result = mergePatch({}, patch) as { [key: string]: unknown };
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.equal(result['polluted'], undefined);
  assert.deepEqual(result['constructor'], { x: 1 });
});
