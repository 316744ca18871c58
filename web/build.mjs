// Bundles the web application into dist/: index.html, assets/NAME-HASH.{js,css,svg} and .br and .gz of each.
// Fails when the first load passes the limit.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_BYTES = 80 * 1024;
const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'assets'), { recursive: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.tsx' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome92', 'firefox91', 'safari15'],
  outdir: join(dist, 'assets'),
  entryNames: '[name]-[hash]',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const outputs = Object.keys(result.metafile.outputs).map((path) => basename(path));
const asset = (suffix) => {
  const name = outputs.find((path) => path.endsWith(suffix));
  if (!name) throw new Error(`the bundle has no ${suffix}`);
  return `/assets/${name}`;
};
const icon = await readFile(join(root, 'src/theme/icon.svg'));
const iconHash = createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase();
const iconName = `icon-${iconHash}.svg`;
await writeFile(join(dist, 'assets', iconName), icon);

const page = (await readFile(join(root, 'src/index.html'), 'utf8'))
  .replaceAll('%CSS%', asset('.css'))
  .replaceAll('%JS%', asset('.js'))
  .replaceAll('%ICON%', `/assets/${iconName}`);
await writeFile(join(dist, 'index.html'), page);

let firstLoad = 0;
for (const file of ['index.html', ...(await readdir(join(dist, 'assets'))).map((name) => `assets/${name}`)]) {
  const data = await readFile(join(dist, file));
  const br = brotliCompressSync(data, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
  });
  const gz = gzipSync(data, { level: 9 });
  await writeFile(join(dist, `${file}.br`), br);
  await writeFile(join(dist, `${file}.gz`), gz);
  // Counted with gzip, the larger of the two: what any browser gets at most.
  firstLoad += gz.length;
  console.log(`${file.padEnd(28)} ${String(data.length).padStart(7)} B   gzip ${String(gz.length).padStart(6)}   br ${String(br.length).padStart(6)}`);
}
console.log(`first load ${firstLoad} B gzip of at most ${LIMIT_BYTES}`);
if (firstLoad >= LIMIT_BYTES) {
  console.error('the first load is too large');
  process.exit(1);
}
