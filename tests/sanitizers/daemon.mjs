// A daemon's life under valgrind: the demo, walls, charts and reports in every format, requests that are refused, the end.
// Its memory is in order when it ends with status 0. Ends with "N passed, N failed".
import path from 'node:path';
import { Scene, Wall, assert, equal, root, sleep, startDaemon, until } from '../integration/lib.mjs';

const VALGRIND = [
  'valgrind',
  '--quiet',
  '--fair-sched=try', // or a worker that computes keeps the loop from running
  '--leak-check=full',
  '--errors-for-leak-kinds=definite',
  '--show-leak-kinds=definite',
  '--error-exitcode=99',
  `--suppressions=${path.join(root, 'tests/sanitizers/valgrind.supp')}`,
];

async function live(scene) {
  const daemon = await startDaemon(scene, { wrapper: VALGRIND, args: ['--demo'] });
  const wall = new Wall(scene, daemon, { views: ['site', 'agents', 'queues', 'shifts'] });
  await until('the walls are full', () => wall.docs.site && wall.docs.agents && wall.docs.queues);
  await until('the past is played', async () => (await daemon.get('/api/v1/sites/main/charts/now.json')).status === 200, 120000);
  const seen = wall.frames.length;
  await until('patches come', () => wall.frames.length > seen + 5);
  const forms = ['json', 'svg', 'png', 'pdf', 'xlsx', 'csv'];
  for (const form of forms) {
    const { status, body } = await daemon.get(`/api/v1/sites/main/charts/now.${form}`);
    equal(status, 200, `a chart as ${form}: ${status === 200 ? '' : body}`);
  }
  for (const view of ['site', 'agents', 'queues']) await daemon.view(view);
  const reports = (await daemon.send('GET', 'reports')).body;
  const day = reports.days?.at(-1)?.date ?? reports.days?.at(-1);
  if (day) for (const form of ['json', 'pdf', 'xlsx']) equal((await daemon.get(`/api/v1/sites/main/reports/day/${day}.${form}`)).status, 200, `a report as ${form}`);
  equal((await daemon.get('/api/v1/sites/main/views/nothing')).status, 404, 'no such view');
  wall.send('{"op":"nonsense"}');
  await until('it is told', () => wall.error);
  await sleep(1000);
  await daemon.process.kill('SIGTERM');
  equal(daemon.process.code, 0, `the exit status; ${daemon.process.err.slice(-6000)}`);
  assert(wall.faults.length === 0, wall.faults.join());
}

const scene = new Scene('valgrind');
let failed = 0;
try {
  await live(scene);
  console.log('ok   the demo with walls, charts and reports');
} catch (error) {
  failed = 1;
  console.log(`FAIL the demo: ${error.stack}`);
} finally {
  await scene.end();
}
console.log(`${1 - failed} passed, ${failed} failed`);
process.exit(failed);
