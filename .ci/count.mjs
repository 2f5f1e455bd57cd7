// Adds up the test counts of all runs: count.mjs <failed steps> <log>...
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const [failedSteps, ...logs] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

for (const log of logs) {
  const text = stripVTControlCharacters(readFileSync(log, "utf8"));
  for (const [, summary] of text.matchAll(/^\s*Tests\s+(.+)\(\d+\)$/gm)) {
    for (const [, count, word] of summary.matchAll(/(\d+) (passed|failed|skipped|todo)/g)) {
      total[word === "todo" ? "skipped" : word] += Number(count);
    }
  }
  total.skipped += [...text.matchAll(/^SKIPPED /gm)].length;
}

// A step that fails before or beside its tests must not read as a success.
if (Number(failedSteps) > 0 && total.failed === 0) total.failed = Number(failedSteps);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
