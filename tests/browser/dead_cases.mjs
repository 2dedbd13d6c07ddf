// The views of dead letters and of redrives.
import assert from 'node:assert/strict';

const kLeads = 6;

async function makeDeadLetters(service, company) {
  await service.fault({ mode: 'reject', match: company });
  const ids = [];
  for (let number = 1; number <= kLeads; ++number) {
    ids.push(
      await service.send({
        FirstName: `Dead${number}`,
        Email: `dead${number}@${company.toLowerCase()}.example`,
        Company: company,
      }),
    );
  }
  for (const id of ids) {
    await service.until(`leads/${id}`, ({ deliveries }) => deliveries.some((each) => each.state === 'dead'));
  }
  return ids;
}

async function openGroup(reader) {
  await reader.open('#/dead', 'Dead letters');
  await reader.page.locator('.group h2 a').first().click();
  await reader.page.locator('.group-leads').waitFor();
}

async function orderRedrive(reader, { canary, rate, stop }) {
  await reader.press('Redrive all …');
  const dialog = reader.dialog();
  await dialog.getByText(/would be tried again/).waitFor();
  await dialog.getByLabel('Canary').fill(String(canary));
  if (rate) await dialog.getByLabel('At most a second').fill(String(rate));
  if (stop) await dialog.getByLabel('Stop after failures').fill(String(stop));
  await reader.confirm({ reason: 'the CRM was mended' });
  await reader.heading('Redrive');
}

const figure = (reader, name) => reader.page.locator('.figure', { hasText: name }).locator('strong');

export async function prepare(service) {
  await makeDeadLetters(service, 'Fabrikam');
}

export const cases = {
  'dead letters are grouped by cause, with what each means': async (reader) => {
    await reader.open('#/dead', 'Dead letters');
    await reader.page.locator('.group').first().waitFor();
    assert.equal(await reader.page.locator('.group').count(), 1);
    assert.equal(await reader.textOf('.group-count strong'), String(kLeads));
    await reader.sees(/HTTP 422/);
    await reader.sees('The CRM refuses what this lead says.');
  },

  'in a group a request is previewed again, its body only after it was asked for': async (reader) => {
    await openGroup(reader);
    await reader.press('Preview');
    await reader.dialog().getByText('POST').waitFor();
    await reader.press('Show the body');
    await reader
      .dialog()
      .getByText(/"company": "Fabrikam"/)
      .waitFor();
  },

  'one of a group is revised and redriven': async (reader, service) => {
    await openGroup(reader);
    const href = await reader.page.locator('.group-leads tbody a').first().getAttribute('href');
    await reader.press('Revise');
    await reader.dialog().getByLabel('Company').fill('Adatum');
    await reader.dialog().getByLabel('E-mail').fill('mended@adatum.example');
    await reader.confirm({ reason: 'a typo' });
    await reader.page.locator(`.group-leads a[href="${href}"]`).waitFor({ state: 'detached' });
    await service.settled(href.split('/').at(-1));
  },

  'when the canary fails again, the rest stays dead': async (reader, service) => {
    await openGroup(reader);
    await orderRedrive(reader, { canary: 1 });
    await reader.sees('stopped');
    assert.equal(await figure(reader, 'failed').innerText(), '1');
    const { groups } = await service.api('GET', 'dead-letters');
    assert.equal(
      groups.reduce((sum, group) => sum + group.count, 0),
      kLeads - 1,
    );
  },

  'a redrive can be cancelled; what was not tried again stays dead': async (reader, service) => {
    await service.fault({ mode: 'none' });
    await openGroup(reader);
    await orderRedrive(reader, { canary: 0, rate: 0.2 });
    await reader.press('Cancel the redrive');
    await reader.confirm({ reason: 'too early' });
    await reader.sees('cancelled');
    const { groups } = await service.api('GET', 'dead-letters');
    assert.ok(groups.length > 0);
  },

  'a group is redriven with a canary, and its progress shows': async (reader, service) => {
    await openGroup(reader);
    const { groups } = await service.api('GET', 'dead-letters');
    await orderRedrive(reader, { canary: 1, stop: 2 });
    await reader.sees('done');
    await reader.page.waitForFunction(
      (expected) =>
        [...document.querySelectorAll('.figure')].some((each) => each.textContent === `${expected}delivered`),
      groups[0].count,
    );
    assert.equal(await figure(reader, 'failed').innerText(), '0');
    await reader.open('#/dead', 'Dead letters');
    await reader.sees('Nothing is dead');
    await reader.sees('The last redrives');
    await reader.shoot('dead-none-1440-light');
  },
};
