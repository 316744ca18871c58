// Bundles every test/*.test.ts with what it tests, as the application is bundled, and runs them with Node's own runner.
// Words choose files: `npm test -- board clock`. The last line is "N passed, N failed".
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const files = (await readdir(join(root, 'test')))
  .filter((name) => name.endsWith('.test.ts') && (!words.length || words.some((word) => name.includes(word))))
  .sort();
const out = await mkdtemp(join(tmpdir(), 'shiftwall-web-test-'));

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TZ: 'America/New_York' } });
    let text = '';
    child.stdout.on('data', (data) => { text += data; });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

let failed = 1;
try {
  await build({
    absWorkingDir: root,
    entryPoints: files.map((name) => `test/${name}`),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const { code, text } = await run(['--enable-source-maps', '--test', '--test-reporter=tap', ...files.map((name) => join(out, name.replace(/\.ts$/, '.mjs')))]);
  const number = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const passed = number('pass');
  failed = number('tests') - passed - number('skipped');
  // A runner that fails without saying which test is one failure.
  if (code !== 0 && failed === 0) failed = 1;
  if (failed) console.log(text);
  console.log(`${passed} passed, ${failed} failed`);
} finally {
  await rm(out, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
