// The sign-in charts of a day in the console: which there are, their previews, and every format taken away.
import fs from 'node:fs';
import { assert, equal, until } from '../integration/lib.mjs';
import { accessible, DESK, PHONE } from './lib.mjs';
import { apart, both, fits, has, hasNot, test, tooSmall } from './console.mjs';

const DAY = '2026-11-23';
const FORMATS = { png: '\x89PNG\r\n', pdf: '%PDF-', xlsx: 'PK\x03\x04', csv: '\xef\xbb\xbfstart,end,', svg: '<svg xmlns="http://www.w3.org/2000/svg"' };
/** One is drawn late, from the journal, since the daemon started after its time; one at its time; one is to come. */
const CHARTS = ['08:30', '09:00', '15:00'];

const chart = (page, number) => page.locator(`main [data-chart="${number}"]`);
const listed = page => page.locator('main [data-chart]').evaluateAll(all => all.map(one => one.dataset.chart));

/** The previews that can be seen are there: as wide as they are drawn, with a picture in it. */
const pictures = page => until('the previews', () => page.locator('.chart-preview img').evaluateAll(all => all.every(one => {
  one.scrollIntoView(); // they are not asked for sooner
  return one.complete && one.naturalWidth > 1000 && one.clientWidth > 200;
})));

both('the charts of today are listed: one in time, one late, and when the next comes; a day without any says so', 'charts', async (stage, page, { press }) => {
  const { charts, planned } = (await stage.record('GET', `charts?date=${DAY}`)).body;
  equal([charts.map(one => [one.number, one.at, one.late]), planned.map(one => one.at)], [[[1, stage.at('8:30'), true], [2, stage.at('9:00'), false]], [stage.at('15:00')]], 'at the server');
  await until('both are listed', async () => (await listed(page)).join() === '1,2');
  equal(await page.locator('main [data-chart] h2').allInnerTexts().then(all => all.map(text => text.split('\n')[0])), ['Chart 1, 08:30', 'Chart 2, 09:00'], 'their names');
  assert(/Drawn late, 0[89]:\d\d/.test(await chart(page, 1).innerText()), 'the first was drawn late');
  assert(!/late/.test(await chart(page, 2).innerText()), 'the second in time');
  const [, hours, minutes, seconds] = /^Chart 3 in (\d+):(\d\d):(\d\d)$/.exec((await page.locator('[data-next]').innerText()).replace(/\s+/g, ' ').trim()).map(Number);
  const off = Math.abs(((hours * 60 + minutes) * 60 + seconds) * 1000 - (stage.at('15:00') - stage.now()));
  assert(off < 10_000, `the next is off by ${off} ms`);
  await pictures(page);
  await press(page.getByRole('button', { name: 'Day before' }));
  await has(page, 'main .nothing');
  equal([await listed(page), await page.locator('.chart-moment a').count(), await page.locator('[data-next]').count()], [[], 0, 0], 'of yesterday');
  await accessible(page, 'a day without charts');
  await press(page.getByRole('button', { name: 'Today' }));
  await until('today again', async () => (await listed(page)).join() === '1,2');
}, { charts: CHARTS });

for (const [where, size] of [['at a desk', DESK], ['on a phone', PHONE]])
  for (const [lang, words] of [['en', ['Attendance', 'Agents by interval', 'Absent']], ['zh-CN', ['出勤率', '各时段人数', '缺勤']]])
    test(`a chart’s preview opens ${where} in ${lang}: nothing is cut or overlaps, on the page and in the drawing`, async (stage, open) => {
      const page = await open('charts', { size, lang });
      await until('both are listed', async () => (await listed(page)).join() === '1,2');
      await pictures(page);
      await page.locator('main').evaluate(main => main.scrollTo(0, 0));
      await fits(page, `charts in ${lang}`);
      if (size === PHONE) equal(await tooSmall(page), [], 'what is too small for a finger');
      await accessible(page, 'the charts of a day');
      for (const number of [1, 2]) {
        const preview = chart(page, number).locator('.chart-preview');
        const [drawing] = await Promise.all([page.waitForEvent('popup'), size === PHONE ? preview.tap() : preview.click()]);
        await drawing.waitForLoadState();
        const drawn = await drawing.evaluate(() => ({ type: document.contentType, lang: document.documentElement.getAttribute('lang'), text: document.documentElement.textContent }));
        equal([drawn.type, drawn.lang], ['image/svg+xml', lang], 'a drawing in the page’s language');
        for (const word of [...words, '上海现场', '何伟', number === 1 ? '08:30' : '09:00']) assert(drawn.text.includes(word), `${word} in chart ${number}`);
        equal(await drawing.evaluate(() => {
          const { left, right, top, bottom } = document.documentElement.getBoundingClientRect();
          return [...document.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < left || box.right > right || box.top < top || box.bottom > bottom;
          }).map(text => text.textContent);
        }), [], `texts out of chart ${number}`);
        equal(await apart(drawing), [], `texts over each other in chart ${number}`);
        await drawing.close();
      }
    }, { charts: CHARTS });

both('a chart is taken away in every format, and so is the floor as of now', 'charts', async (stage, page, { press }) => {
  await until('both are listed', async () => (await listed(page)).join() === '1,2');
  for (const [panel, name] of [[chart(page, 2), `sign-in-${DAY}-2`], [page.locator('.chart-moment'), 'sign-in-now']]) {
    equal((await panel.locator('a[download]').allInnerTexts()).map(text => text.trim()), Object.keys(FORMATS).map(format => format.toUpperCase()), 'the formats');
    for (const [format, start] of Object.entries(FORMATS)) {
      const [download] = await Promise.all([page.waitForEvent('download'), press(panel.locator(`[data-act="${format}"]`))]);
      equal(download.suggestedFilename(), `${name}${format === 'csv' ? '-by_interval' : ''}.${format}`, 'the name of the file');
      const bytes = fs.readFileSync(await download.path());
      assert(bytes.toString('latin1').startsWith(start), `a ${format} starts otherwise: ${bytes.subarray(0, 20).toString('latin1')}`);
      assert(bytes.length > 1000, `a ${format} of ${bytes.length} bytes`);
    }
  }
}, { charts: CHARTS });

test('who waits for a chart sees it come', async (stage, open) => {
  await stage.leapTo(stage.at('9:59') + 52_000);
  const page = await open('charts');
  await has(page, 'main .nothing');
  await until('it says when', async () => /Chart 1 in 0:0\d/.test((await page.locator('[data-next]').innerText()).replace(/\s+/g, ' ')));
  await until('it is there', async () => (await listed(page)).join() === '1');
  await pictures(page);
  await hasNot(page, 'main .nothing');
  assert(/Chart 2 in 4:59:/.test((await page.locator('[data-next]').innerText()).replace(/\s+/g, ' ')), 'and the next one');
});

both('the floor as it was at a moment of today is drawn again from the journal', 'charts', async (stage, page, { press }) => {
  await page.fill('[data-moment]', '08:35');
  const [download] = await Promise.all([page.waitForEvent('download'), press(page.locator('.chart-moment [data-act="svg"]'))]);
  equal(download.suggestedFilename(), 'sign-in-2026-11-23-0835.svg', 'the name of the file');
  const svg = fs.readFileSync(await download.path(), 'utf8');
  assert(svg.includes('>08:35<') && svg.includes('2026-11-23'), 'the drawing is of that moment');
  const then = (await stage.record('GET', `charts/at.json?at=${stage.at('8:35')}`)).body;
  equal([then.at, then.states.break, then.states.talking], [stage.at('8:35'), 1, 0], 'who was on a break then, nobody talking yet');
  await page.fill('[data-moment]', '');
  const [now] = await Promise.all([page.waitForEvent('download'), press(page.locator('.chart-moment [data-act="svg"]'))]);
  equal(now.suggestedFilename(), 'sign-in-now.svg', 'empty is now');
});
