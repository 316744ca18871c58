// The web application in a real browser against a real daemon and Redis: the walls, then the leaders' console.
//   node tests/browser/run.mjs [WORD...]      only the scenarios whose name has one of the words
// Ends with "N passed, N failed".
import './walls.mjs';
import './console_acts.mjs';
import './console_charts.mjs';
import './console_many.mjs';
import './console_pages.mjs';
import './doors.mjs';
import { playAll } from './lib.mjs';

await playAll();
