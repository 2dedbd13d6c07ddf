// Runs the browser family: every *_cases.mjs here, or those that are named, each with an installation of its own. Ends
// with the line `N passed, M failed`. The binary is named by LEADSPOOL_BINARY, the browser by LEADSPOOL_BROWSER
// (default: chromium); screenshots go to build/screenshots, or to LEADSPOOL_SCREENSHOTS.
//
// usage: node run.mjs [NAME...]     leads: only leads_cases.mjs
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { Installation } from './installation.mjs';
import { Reader, screenshotFolder } from './reader.mjs';

const names = process.argv.slice(2);
const files = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('_cases.mjs'))
  .filter((name) => names.length === 0 || names.includes(name.replace('_cases.mjs', '')))
  .sort();

function browserPath() {
  return process.env.LEADSPOOL_BROWSER ?? '/usr/bin/chromium';
}

async function runCase(browser, service, { run, ...options }, name) {
  const reader = await Reader.arrive(browser, service, options);
  try {
    await run(reader, service);
  } catch (error) {
    await reader.shoot(`failed-${name.replaceAll(/\W+/g, '-')}`).catch(() => {});
    await reader.leave().catch((also) => {
      error.message += `\n${also.message}`;
    });
    throw error;
  }
  await reader.leave();
}

async function runFile(browser, file, tally) {
  const { cases, prepare } = await import(`./${file}`);
  const service = await Installation.start();
  try {
    await prepare?.(service);
    for (const [name, given] of Object.entries(cases)) {
      const options = typeof given === 'function' ? { run: given } : given;
      try {
        await runCase(browser, service, options, name);
        ++tally.passed;
        console.log(`ok    ${name}`);
      } catch (error) {
        ++tally.failed;
        console.log(`FAIL  ${name}\n${error.stack}`);
      }
    }
  } finally {
    await service.stop();
  }
}

// Those of an earlier run would be taken for this one's.
function forgetScreenshots() {
  if (!existsSync(screenshotFolder)) return;
  for (const name of readdirSync(screenshotFolder).filter((each) => each.endsWith('.png'))) {
    rmSync(path.join(screenshotFolder, name));
  }
}

const tally = { passed: 0, failed: 0 };
if (!process.env.LEADSPOOL_BINARY) throw new Error('LEADSPOOL_BINARY must name the program');
if (names.length === 0) forgetScreenshots();
// Chromium's own sandbox is not to be had by root; what it loads here is only ours.
const browser = await chromium.launch({
  executablePath: browserPath(),
  chromiumSandbox: process.getuid() !== 0,
});
for (const file of files) {
  try {
    await runFile(browser, file, tally);
  } catch (error) {
    ++tally.failed;
    console.log(`FAIL  ${file}\n${error.stack}`);
  }
}
await browser.close();
console.log(`screenshots are in ${screenshotFolder}`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
