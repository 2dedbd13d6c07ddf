// The view of one lead.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { leadBody } from './installation.mjs';

const ids = {};

export async function prepare(service) {
  await service.fault({ mode: 'reject', match: 'Refused' });
  ids.delivered = await service.send({
    FirstName: 'Signe',
    LastName: 'Dahl',
    Email: 'signe@contoso.example',
    Phone: '+47 555 0142',
  });
  ids.refused = await service.send({
    FirstName: 'Refused',
    LastName: 'Person',
    Email: 'refused@contoso.example',
    Company: 'Refused Ltd',
  });
  ids.held = await service.send({
    FirstName: 'Held',
    Email: 'held@contoso.example',
    ActionCode: 'DNC',
    LeadSource: 'AppSource-DNC|contoso.analytics',
  });
  ids.discarded = await service.send({
    FirstName: 'Given',
    LastName: 'Up',
    Email: 'up@contoso.example',
    ActionCode: 'DNC',
    LeadSource: 'AppSource-DNC|contoso.analytics',
  });
  ids.erased = await service.send({
    FirstName: 'Erika',
    LastName: 'Gone',
    Email: 'erika@gone.example',
    Company: 'Gone Ltd',
  });
  ids.unreadable = await service.sendBody(
    '{"UserDetails":{"FirstName":"Quinn"} "LeadSource":"AzureMarketplace"}',
  );
  await service.settled(ids.delivered);
  await service.settled(ids.erased);
  await service.until(`leads/${ids.refused}`, ({ deliveries }) =>
    deliveries.some((each) => each.destination === 'crm' && each.state === 'dead'),
  );
}

// Waits until the page tells this of the delivery.
function stateOf(reader, destination, state) {
  const delivery = reader.page
    .locator('.delivery')
    .filter({ has: reader.page.getByRole('link', { name: destination, exact: true }) });
  return delivery.getByText(state, { exact: true }).first().waitFor();
}

export const cases = {
  'personal data is masked until it is revealed, and the reveal is in the history': async (
    reader,
    service,
  ) => {
    await reader.open(`#/leads/${ids.delivered}`, 'S•••');
    assert.doesNotMatch(await reader.textOf('main'), /Signe|Dahl|signe@|0142/);
    await reader.press('Reveal');
    await reader.heading('Signe Dahl');
    await reader.sees('signe@contoso.example');
    await reader.sees('looked at the personal data');
    const { audit } = await service.api('GET', `leads/${ids.delivered}`);
    assert.ok(audit.some((row) => row.action === 'reveal'));
    await reader.press('Show the body');
    await reader.page.getByLabel('Body as received').getByText('"FirstName":"Signe"').waitFor();
  },

  'the timeline tells how it came and every attempt': async (reader) => {
    await reader.open(`#/leads/${ids.refused}`, 'R•••');
    const moments = (await reader.page.locator('.moment h3').allInnerTexts()).map((text) =>
      text.replaceAll(/\s+/g, ' '),
    );
    assert.match(moments[0], /^Received from marketplace/);
    assert.ok(
      moments.some((text) => /Attempt 1 to crm rejected/.test(text)),
      moments.join('; '),
    );
    await reader.sees(/told to answer so/);
  },

  'a dead letter is mended by a revision that is shown first, and redriven with it': async (
    reader,
    service,
  ) => {
    await reader.open(`#/leads/${ids.refused}`, 'R•••');
    await reader.press('Revise');
    const dialog = reader.dialog();
    await dialog.getByLabel('Company').fill('Accepted Ltd');
    await dialog.getByLabel('First name').fill('Willing');
    await dialog.getByLabel('Last name').fill('Person');
    await dialog.getByLabel('E-mail').fill('willing@contoso.example');
    assert.equal(await dialog.locator('.changes del').first().innerText(), 'Refused');
    assert.equal(await dialog.locator('.changes ins').first().innerText(), 'Willing');
    await reader.confirm({ reason: 'they wrote to us' });
    await service.until(`leads/${ids.refused}`, ({ deliveries }) =>
      deliveries.every((each) => each.state === 'delivered'),
    );
    await reader.sees('revised it (revision 1)');
    await stateOf(reader, 'crm', 'delivered');
    await reader.sees('they wrote to us');
  },

  'a lead that could not be read gets a new body': async (reader, service) => {
    await reader.open(`#/leads/${ids.unreadable}`);
    await reader.sees('It goes nowhere until it can be read');
    await reader.press('Revise');
    await reader
      .dialog()
      .locator('#revise-payload')
      .fill(leadBody({ FirstName: 'Quinn', LastName: 'Mended', Email: 'quinn@contoso.example' }));
    await reader.confirm({ reason: 'the comma was missing' });
    await service.settled(ids.unreadable);
    await reader.heading('Quinn Mended');
  },

  'a held lead is released': async (reader, service) => {
    await reader.open(`#/leads/${ids.held}`, 'H•••');
    await reader.press('Release');
    await reader.confirm({ reason: 'they asked to be called' });
    await service.settled(ids.held);
    await reader.sees('released it');
    await stateOf(reader, 'crm', 'delivered');
  },

  'a lead is given up': async (reader, service) => {
    await reader.open(`#/leads/${ids.discarded}`, 'G•••');
    await reader.press('Discard');
    await reader.confirm({ reason: 'not for us' });
    await service.settled(ids.discarded, 'discarded');
    await reader.sees('gave it up');
  },

  'changes of the lead show as they come': async (reader, service) => {
    const id = await service.send({
      FirstName: 'Watched',
      Email: 'watched@contoso.example',
      ActionCode: 'DNC',
      LeadSource: 'AppSource-DNC|contoso.analytics',
    });
    await reader.open(`#/leads/${id}`, 'W•••');
    await stateOf(reader, 'crm', 'held');
    await service.api('POST', `leads/${id}/release`, { reason: 'elsewhere' });
    await stateOf(reader, 'crm', 'delivered');
  },

  'all data of a person is saved as one file': async (reader) => {
    await reader.open(`#/leads/${ids.erased}`, 'E•••');
    await reader.press('Export this person’s data');
    await reader.dialog().waitFor();
    const [download] = await Promise.all([
      reader.page.waitForEvent('download'),
      reader.confirm({ reason: 'they asked' }),
    ]);
    const data = JSON.parse(readFileSync(await download.path(), 'utf8'));
    assert.equal(data.email, 'erika@gone.example');
    assert.deepEqual(
      data.leads.map((lead) => lead.id),
      [ids.erased],
    );
  },

  'erasing needs a typed word, tells what must be erased elsewhere, and leaves a tombstone': async (
    reader,
    service,
  ) => {
    await reader.open(`#/leads/${ids.erased}`, 'E•••');
    await reader.press('Erase …');
    const dialog = reader.dialog();
    await dialog.getByLabel('Reason').fill('asked by letter');
    await dialog.getByLabel(/^Type/).fill('yes');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    assert.equal((await service.api('GET', `leads/${ids.erased}`)).erased_at, null);
    await dialog.getByLabel(/^Type/).fill('erase');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await reader.page.locator('dialog[open]', { hasText: 'The lead is erased' }).getByText('crm-').waitFor();
    await reader.press('Close');
    await reader.heading('Erased lead');
    await reader.sees('asked by letter');
    assert.doesNotMatch(
      JSON.stringify(await service.api('GET', `leads/${ids.erased}`)),
      /Erika|erika@|Gone Ltd/,
    );
    await reader.shoot('tombstone-1440-light');
  },

  'an id that nobody knows is told clearly': async (reader) => {
    reader.expect(/404/);
    await reader.open('#/leads/00000000-0000-7000-8000-000000000000', 'This could not be shown');
    await reader.sees('There is no lead with this id.');
  },
};
