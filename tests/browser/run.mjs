// All browser tests, or those whose name has one of the words given. Ends with "N passed, N failed".
import { finish } from './lib.mjs';

await import('./walls.mjs');
await import('./console.mjs');
await finish();
