// Bundles the web application into dist/: index.html, assets/NAME-HASH.{js,css,svg} and .br and .gz of each. The console is
// a part of its own that walls do not load. Fails when what either loads first passes its limit.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_BYTES = { wall: 80 * 1024, console: 144 * 1024 };
const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'assets'), { recursive: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.tsx', console: 'src/theme/console.css', doors: 'src/theme/doors.css' },
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: ['chrome92', 'firefox91', 'safari15'],
  outdir: join(dist, 'assets'),
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const outputs = Object.keys(result.metafile.outputs).map((path) => basename(path));
const asset = (prefix, suffix) => {
  const name = outputs.find((path) => path.startsWith(prefix) && path.endsWith(suffix));
  if (!name) throw new Error(`the bundle has no ${prefix}*${suffix}`);
  return `/assets/${name}`;
};

// What a page with these files fetches, without what is asked for only later.
function loadedBy(...names) {
  const all = new Set();
  const add = (name) => {
    if (all.has(name)) return;
    all.add(name);
    const path = Object.keys(result.metafile.outputs).find((one) => basename(one) === name);
    for (const { path: next, kind } of path ? result.metafile.outputs[path].imports : []) if (kind === 'import-statement') add(basename(next));
  };
  names.forEach((name) => add(basename(name)));
  return all;
}

const icon = await readFile(join(root, 'src/theme/icon.svg'));
const iconHash = createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase();
const iconName = `icon-${iconHash}.svg`;
await writeFile(join(dist, 'assets', iconName), icon);

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const named = (await readFile(join(root, 'src/index.html'), 'utf8'))
  .replaceAll('%CONSOLE_CSS%', asset('console-', '.css'))
  .replaceAll('%DOORS_CSS%', asset('doors-', '.css'))
  .replaceAll('%CSS%', asset('main-', '.css'))
  .replaceAll('%JS%', asset('main-', '.js'))
  .replaceAll('%PRELOAD%', [...loadedBy(asset('main-', '.js'))].slice(1).map((name) => `<link rel="modulepreload" href="/assets/${name}">\n`).join(''))
  .replaceAll('%ICON%', `/assets/${iconName}`);
// The files are named by what they hold, and so is the whole.
const page = named.replaceAll('%VERSION%', `${version}+${createHash('sha256').update(named).digest('hex').slice(0, 8)}`);
await writeFile(join(dist, 'index.html'), page);

const consoleStart = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === 'src/view/console/start.tsx');
if (!consoleStart) throw new Error('the bundle has no console');
const wall = loadedBy(asset('main-', '.js'), asset('main-', '.css'), iconName, 'index.html');
const loads = { wall, console: new Set([...wall, ...loadedBy(consoleStart[0], asset('console-', '.css'))]) };
const total = { wall: 0, console: 0 };
for (const file of ['index.html', ...(await readdir(join(dist, 'assets'))).map((name) => `assets/${name}`)]) {
  const data = await readFile(join(dist, file));
  const br = brotliCompressSync(data, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
  });
  const gz = gzipSync(data, { level: 9 });
  await writeFile(join(dist, `${file}.br`), br);
  await writeFile(join(dist, `${file}.gz`), gz);
  // Counted with gzip, the larger of the two: what any browser gets at most.
  for (const kind of Object.keys(total)) if (loads[kind].has(basename(file))) total[kind] += gz.length;
  console.log(`${file.padEnd(28)} ${String(data.length).padStart(7)} B   gzip ${String(gz.length).padStart(6)}   br ${String(br.length).padStart(6)}`);
}
for (const kind of Object.keys(total)) {
  console.log(`first load of ${kind}: ${total[kind]} B gzip of at most ${LIMIT_BYTES[kind]}`);
  if (total[kind] >= LIMIT_BYTES[kind]) {
    console.error(`the first load of ${kind} is too large`);
    process.exit(1);
  }
}
