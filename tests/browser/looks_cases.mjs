// Every view, wide and narrow, light and dark: nothing is cut off, axe-core finds nothing serious, and a screenshot for
// people to look at.
import { kNarrow, kWide } from './reader.mjs';

let dead = null;
let redrive = null;

export async function prepare(service) {
  for (let number = 1; number <= 20; ++number) {
    await service.send({
      FirstName: ['Anna', 'Bao', 'Chidi', 'Dana'][number % 4],
      LastName: ['Berg', 'Nguyễn', 'Okafor', 'Levi'][number % 4],
      Email: `look${number}@contoso.example`,
      Company: ['Fabrikam, Inc.', 'Tailspin Toys', 'Northwind Traders'][number % 3],
      Description: 'We run 40 sites and would like to see it.',
    });
  }
  await service.send({
    Email: 'held@contoso.example',
    ActionCode: 'DNC',
    LeadSource: 'AppSource-DNC|contoso.analytics',
  });
  await service.sendBody('{"UserDetails":{"FirstName":"Quinn"} "LeadSource":"AzureMarketplace"}');
  await service.fault({ mode: 'reject', match: 'Wingtip' });
  for (let number = 1; number <= 5; ++number) {
    dead = await service.send({
      FirstName: 'Refused',
      LastName: 'Person',
      Email: `r${number}@wingtip.example`,
      Company: 'Wingtip Toys',
    });
  }
  await service.until(
    'dead-letters',
    ({ groups }) => groups.reduce((sum, group) => sum + group.count, 0) === 5,
  );
  redrive = (
    await service.api('POST', 'redrives', {
      filter: { destination: 'crm' },
      canary: 1,
      reason: 'to see whether it is mended',
    })
  ).id;
  await service.until(`redrives/${redrive}`, ({ state }) => state === 'stopped');
  await service.api('POST', 'destinations/salesforce/pause', { reason: 'maintenance until noon' });
}

const kViews = [
  ['overview', () => '#/', async (reader) => reader.page.locator('main svg').first().waitFor()],
  ['leads', () => '#/leads', async (reader) => reader.page.locator('.leads-table').waitFor()],
  [
    'leads-filtered',
    () => '#/leads?state=dead&destination=crm',
    async (reader) => {
      await reader.page.locator('.leads-table').waitFor();
      await reader.press('Filters');
      await reader.page.getByRole('checkbox').first().check();
    },
  ],
  [
    'lead',
    () => `#/leads/${dead}`,
    async (reader) => {
      await reader.press('Reveal');
      await reader.sees('Personal data is shown');
    },
  ],
  [
    'lead-revise',
    () => `#/leads/${dead}`,
    async (reader) => {
      await reader.press('Revise');
      await reader.dialog().getByLabel('Company').fill('Wingtip Trading');
      await reader.dialog().locator('.changes').waitFor();
    },
  ],
  [
    'lead-erase',
    () => `#/leads/${dead}`,
    async (reader) => {
      await reader.press('Erase …');
      await reader.dialog().waitFor();
    },
  ],
  ['dead', () => '#/dead', async (reader) => reader.page.locator('.group').first().waitFor()],
  [
    'dead-group',
    () => '#/dead',
    async (reader) => {
      await reader.page.locator('.group h2 a').first().click();
      await reader.page.locator('.group-leads').waitFor();
    },
  ],
  [
    'redrive-order',
    () => '#/dead',
    async (reader) => {
      await reader.press(/^Redrive \d/);
      await reader
        .dialog()
        .getByText(/would be tried again/)
        .waitFor();
    },
  ],
  ['redrive', () => `#/redrives/${redrive}`, async (reader) => reader.page.locator('.figures').waitFor()],
  ['redrives', () => '#/redrives', async (reader) => reader.page.locator('tbody tr').first().waitFor()],
  ['destinations', () => '#/destinations', async (reader) => reader.sees('maintenance until noon')],
  ['destination', () => '#/destinations/crm', async (reader) => reader.button('Test now').waitFor()],
  ['sources', () => '#/sources', async (reader) => reader.sees(/\/leads\/marketplace/)],
];

async function look(reader, size, scheme) {
  for (const [name, address, ready] of kViews) {
    const what = `${name}-${size.width}-${scheme}`;
    await reader.page.goto('about:blank');
    await reader.open(address());
    await ready(reader);
    await reader.checkWidth(what);
    await reader.checkAccess(what);
    await reader.shoot(what);
  }
}

export const cases = Object.fromEntries(
  [kWide, kNarrow].flatMap((size) =>
    ['light', 'dark'].map((scheme) => [
      `every view at ${size.width} px, ${scheme}`,
      { size, scheme, run: (reader) => look(reader, size, scheme) },
    ]),
  ),
);
