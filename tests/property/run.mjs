// Compares `shiftwall replay` with naive recounts over random floors: of queues and agents (kpi_suite) and of shifts
// (shift_suite). FLOORS=n (of each; without it, what each suite says) and SEED=s (1) choose them; SEED=s FLOORS=1 plays one again. Words choose
// suites. A floor that differs is made smaller while it still does. Ends with "N passed, N failed".
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { kpiSuite } from './kpi_suite.mjs';
import { shiftSuite } from './shift_suite.mjs';

const SEED = Number(process.env.SEED ?? 1);
const SHOWN_MAX = 5;
const words = process.argv.slice(2);
const suites = [kpiSuite, shiftSuite].filter(suite => !words.length || words.includes(suite.name));
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'shiftwall-floors-'));

// Takes away what is not needed for the fault, the biggest parts first.
async function shrink(suite, one, file) {
  for (const list of suite.lists)
    for (let size = Math.ceil(one[list].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let at = 0; at < one[list].length; ) {
        const less = { ...one, [list]: [...one[list].slice(0, at), ...one[list].slice(at + size)] };
        if ((less[list].length || list !== suite.lists[0]) && (await suite.fault(less, file).catch(() => null))) one = less;
        else at += size;
      }
  return one;
}

let passed = 0;
let failed = 0;
async function play(suite, seed, file) {
  const one = suite.make(seed);
  const wrong = await suite.fault(one, file).catch(error => error.message);
  if (!wrong) {
    passed++;
    return;
  }
  failed++;
  if (failed > SHOWN_MAX) return;
  const small = await shrink(suite, one, file);
  console.log(`FAIL ${suite.name} SEED=${seed}: ${wrong}\n${await suite.fault(small, file).catch(error => error.message)} ${suite.told(small)}`);
}

for (const suite of suites) {
  let next = SEED;
  const floors = Number(process.env.FLOORS ?? suite.floors);
  const worker = async number => {
    while (next < SEED + floors) await play(suite, next++, path.join(dir, `${suite.name}-${number}`));
  };
  await Promise.all([worker(1), worker(2), worker(3)]);
}
fs.rmSync(dir, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
