// The view of all leads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const kCompanies = ['Fabrikam', 'Tailspin Toys', 'Litware', 'Northwind'];
const rows = (reader) => reader.page.locator('.leads-table tbody tr');

function rowsAre(reader, number) {
  return reader.page.waitForFunction(
    (wanted) => document.querySelectorAll('.leads-table tbody tr').length === wanted,
    number,
  );
}

export async function prepare(service) {
  for (let number = 1; number <= 64; ++number) {
    await service.send({
      FirstName: `Person${number}`,
      LastName: 'Lind',
      Email: `person${number}@tailspin.example`,
      Company: kCompanies[number % 4],
    });
  }
  await service.fault({ mode: 'reject', match: 'Wingtip' });
  for (const number of [1, 2, 3]) {
    const id = await service.send({
      FirstName: `Zoe${number}`,
      Email: `zoe${number}@wingtip.example`,
      Company: 'Wingtip',
    });
    await service.until(`leads/${id}`, ({ deliveries }) => deliveries.some((each) => each.state === 'dead'));
  }
}

async function search(reader, text) {
  await reader.page.keyboard.press('/');
  await reader.page.keyboard.type(text);
  await reader.page.waitForURL((url) => url.hash.includes('q='));
}

export const cases = {
  'a lead is found by the beginning of its e-mail address, by a domain and by words': async (reader) => {
    await reader.open('#/leads', 'Leads');
    await search(reader, 'person17@tail');
    await rowsAre(reader, 1);
    assert.match(await reader.textOf('.leads-table tbody'), /P•••/);
    await reader.page.getByRole('searchbox').fill('@wingtip.example');
    await reader.page.waitForURL(/wingtip/);
    await rowsAre(reader, 3);
    await reader.page.getByRole('searchbox').fill('person17 toys');
    await reader.page.waitForURL(/toys/);
    await rowsAre(reader, 1);
  },

  'the filters are in the address, and come back with it': async (reader) => {
    await reader.open('#/leads', 'Leads');
    await reader.press(/^Dead/);
    await reader.press('Filters');
    await reader.page.getByLabel('Destination').selectOption('crm');
    await reader.page.waitForURL(/state=dead&destination=crm/);
    await rowsAre(reader, 3);
    await reader.page.reload();
    await rowsAre(reader, 3);
    await reader.sees('to crm');
    await reader.press('Clear all');
    await rows(reader).nth(40).waitFor();
  },

  'a search that finds nothing says which filter to drop': async (reader) => {
    await reader.open('#/leads?q=nobody&state=held', 'Leads');
    await reader.sees('No lead matches');
    await reader.press('Show all leads');
    await rows(reader).first().waitFor();
  },

  'pages lead to older leads and back': async (reader) => {
    await reader.open('#/leads', 'Leads');
    const newest = await rows(reader).first().getByRole('link').getAttribute('href');
    await reader.press('Older →');
    await reader.page.waitForURL(/cursor=/);
    await reader.page.locator(`a[href="${newest}"]`).waitFor({ state: 'detached' });
    await rowsAre(reader, 17);
    await reader.press('← Newer');
    await reader.page.locator(`a[href="${newest}"]`).waitFor();
  },

  'new leads show by themselves, and wait while somebody selects': async (reader, service) => {
    await reader.open('#/leads', 'Leads');
    await reader.page.locator('.live[data-state=open]').waitFor();
    const first = await service.send({
      FirstName: 'Live',
      Company: 'Relecloud',
      Email: 'live@relecloud.example',
    });
    await reader.page.locator(`a[href="#/leads/${first}"]`).waitFor();
    await rows(reader).nth(2).getByRole('checkbox').check();
    const second = await service.send({
      FirstName: 'Later',
      Company: 'Relecloud',
      Email: 'later@relecloud.example',
    });
    await reader.button('1 new lead: show').waitFor();
    assert.equal(await reader.page.locator(`a[href="#/leads/${second}"]`).count(), 0);
    await reader.press('1 new lead: show');
    await reader.page.locator(`a[href="#/leads/${second}"]`).waitFor();
  },

  'selected leads are redriven one by one, with a count of what was done': async (reader, service) => {
    await service.fault({ mode: 'none' });
    await reader.open('#/leads?q=%40wingtip.example', 'Leads');
    await rows(reader).nth(2).waitFor();
    await rows(reader).nth(0).getByRole('checkbox').check();
    await reader.press('Select this page');
    await reader.sees('3 selected');
    await reader.press('Redrive');
    await reader.confirm({ reason: 'the CRM was mended' });
    await reader.page.getByText('3 leads redriven.').waitFor();
    for (const { id } of (await service.api('GET', 'leads?q=%40wingtip.example')).leads)
      await service.settled(id);
  },

  'what matches is saved as CSV, unmasked': async (reader) => {
    await reader.open('#/leads?q=%40wingtip.example', 'Leads');
    await reader.press('Export');
    await reader.dialog().waitFor();
    const [download] = await Promise.all([reader.page.waitForEvent('download'), reader.press('Save')]);
    assert.match(download.suggestedFilename(), /^leads-.*\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    assert.equal(lines.length, 4);
    assert.match(lines[0], /^id,received_at,source,disposition,first_name/);
    assert.match(lines[1], /zoe\d@wingtip\.example/);
  },
};
