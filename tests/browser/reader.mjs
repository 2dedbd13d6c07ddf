// A person at the page: a tab of a real browser that notices what must never happen (an error in its console, a
// request to anywhere else, an alert), with the few words that the cases speak.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kPatienceMs = 15_000;
const kTooBad = ['serious', 'critical'];

export const kWide = { width: 1440, height: 900 };
export const kNarrow = { width: 360, height: 800 };
export const screenshotFolder = path.resolve(
  process.env.LEADSPOOL_SCREENSHOTS ?? fileURLToPath(new URL('../../build/screenshots', import.meta.url)),
);

export class Reader {
  // tokenOf: of the service; null: nobody is signed in.
  static async arrive(
    browser,
    service,
    { size = kWide, scheme = 'light', token: tokenOf = ({ token }) => token } = {},
  ) {
    const reader = new Reader();
    reader.service = service;
    reader.forbidden = [];
    reader.expected = [];
    reader.context = await browser.newContext({
      viewport: size,
      colorScheme: scheme,
      acceptDownloads: true,
      reducedMotion: 'reduce',
    });
    reader.page = await reader.context.newPage();
    reader.page.setDefaultTimeout(kPatienceMs);
    reader.watch();
    const token = tokenOf(service);
    if (token) {
      await reader.page.addInitScript((text) => {
        // An empty page between two views has no storage.
        if (location.protocol === 'http:') sessionStorage.setItem('leadspool.token', text);
      }, token);
    }
    return reader;
  }

  watch() {
    const { page, forbidden } = this;
    page.on('console', (line) => {
      const isExpected = this.expected.some((pattern) => pattern.test(line.text()));
      if (['error', 'warning'].includes(line.type()) && !isExpected)
        forbidden.push(`console: ${line.text()}`);
    });
    page.on('pageerror', (error) => forbidden.push(`error: ${error.stack}`));
    page.on('dialog', (dialog) => {
      forbidden.push(`alert: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.service.url}/`) && !url.startsWith('blob:'))
        forbidden.push(`foreign request: ${url}`);
    });
  }

  // Lets the console say this, where a case provokes a refusal.
  expect(pattern) {
    this.expected.push(pattern);
  }

  async open(address, heading) {
    await this.page.goto(`${this.service.url}/${address}`);
    await this.heading(heading);
  }

  heading(text = /./) {
    return this.page.locator('main h1', { hasText: text }).waitFor();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  press(name) {
    return this.button(name).first().click();
  }

  link(name) {
    return this.page.getByRole('link', { name, exact: typeof name === 'string' }).first();
  }

  dialog() {
    return this.page.locator('dialog[open]').last();
  }

  // Fills in the reason where there is one, and confirms the open dialog.
  async confirm({ reason = null } = {}) {
    const dialog = this.dialog();
    if (reason !== null) await dialog.getByLabel('Reason').fill(reason);
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
  }

  sees(text) {
    return this.page.locator('main').getByText(text).first().waitFor();
  }

  async seesNot(text) {
    await this.page.locator('main').getByText(text).first().waitFor({ state: 'detached' });
  }

  async textOf(selector) {
    return (await this.page.locator(selector).allInnerTexts()).join('\n');
  }

  async checkAccess(what) {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() =>
      globalThis.axe.run(document, { resultTypes: ['violations'] }),
    );
    const bad = violations
      .filter(({ impact }) => kTooBad.includes(impact))
      .map(
        ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
      );
    assert.deepEqual(bad, [], `axe-core on ${what}`);
  }

  async checkWidth(what) {
    const beyond = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(beyond <= 0, `${what} is ${beyond} px wider than the window`);
  }

  async shoot(name) {
    mkdirSync(screenshotFolder, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshotFolder, `${name}.png`) });
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.forbidden, [], 'what must never happen');
  }
}
