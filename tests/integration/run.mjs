// Runs the scenarios NN-name.mjs of this folder, or those whose file or name holds one of the words given, JOBS (2) at a time.
// --in FOLDER: those of another folder, whatever their files are called.
// SLOW=5 waits five times as long, for a daemon under a sanitizer.
// Ends with "N passed, N failed".
import fs from 'node:fs';
import path from 'node:path';
import { Scene, SLOW } from './lib.mjs';

const words = process.argv.slice(2);
const elsewhere = words[0] === '--in' ? path.resolve(words.splice(0, 2)[1]) : undefined;
const here = elsewhere ?? path.dirname(new URL(import.meta.url).pathname);
const files = fs
  .readdirSync(here)
  .filter(name => (elsewhere ? /\.mjs$/ : /^\d\d-.*\.mjs$/).test(name))
  .sort();
const JOBS = Number(process.env.JOBS ?? 2);
const PATIENCE_MS = 1000 * Number(process.env.PATIENCE ?? 180) * SLOW;
let passed = 0;
let failed = 0;

const todo = [];
for (const file of files) {
  const { default: scenarios = {} } = await import(path.join(here, file));
  for (const [name, play] of Object.entries(scenarios))
    if (!words.length || words.some(word => `${file} ${name}`.includes(word))) todo.push({ file, name, play });
}

async function run({ file, name, play }) {
  const scene = new Scene(name);
  let timer;
  const hang = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('hangs')), PATIENCE_MS)));
  const started = Date.now();
  let fault;
  try {
    await Promise.race([play(scene), hang]);
  } catch (error) {
    fault = error.stack;
  }
  clearTimeout(timer);
  const reports = await scene.end();
  if (fault || reports) {
    failed++;
    console.log(`FAIL ${file.slice(0, 2)} ${name}: ${fault ?? ''}${reports}`);
  } else {
    passed++;
    console.log(`ok   ${file.slice(0, 2)} ${name} (${Date.now() - started} ms)`);
  }
}

// What nobody waited for fails the run, but does not end the scenarios that still run.
process.on('unhandledRejection', error => {
  failed++;
  console.log(`FAIL nobody waited for it: ${error?.stack ?? error}`);
});

// Each has its own ports and folder; most of the time they wait.
async function worker() {
  while (todo.length) await run(todo.shift());
}
await Promise.all(Array.from({ length: JOBS }, worker));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
