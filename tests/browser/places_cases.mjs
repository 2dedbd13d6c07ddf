// The views Overview, Destinations and Sources, and what stands around all views.
import assert from 'node:assert/strict';

export async function prepare(service) {
  await service.settled(await service.send({ Email: 'first@contoso.example' }));
}

export const cases = {
  'without a token nothing shows but the sign-in, which tells a wrong one': {
    token: () => null,
    run: async (reader, service) => {
      reader.expect(/401/);
      await reader.open('', 'Sign in');
      await reader.page.getByLabel('Admin token').fill('wrong');
      await reader.press('Sign in');
      await reader.sees('This token is not accepted.');
      await reader.page.getByLabel('Admin token').fill(service.token);
      await reader.press('Sign in');
      await reader.heading('Overview');
      await reader.press('Sign out');
      await reader.heading('Sign in');
    },
  },

  'the overview tells how things stand': async (reader) => {
    await reader.open('#/', 'Overview');
    await reader.sees('crm');
    await reader.sees('salesforce');
    await reader.page.locator('main svg').first().waitFor();
  },

  'a destination is paused with a reason, and resumed': async (reader, service) => {
    await reader.open('#/destinations', 'Destinations');
    await reader.press('Pause crm');
    await reader.confirm({ reason: 'the CRM moves house' });
    await reader.sees('the CRM moves house');
    const id = await service.send({ Email: 'waits@contoso.example' });
    await service.until(`leads/${id}`, ({ deliveries }) =>
      deliveries.some((each) => each.state === 'delivered'),
    );
    const { deliveries } = await service.api('GET', `leads/${id}`);
    assert.equal(deliveries.find((each) => each.destination === 'crm').state, 'pending');
    await reader.press('Resume crm');
    await reader.confirm();
    await reader.button('Pause crm').waitFor();
    await service.settled(id);
  },

  'a destination is tested and previewed': async (reader) => {
    await reader.open('#/destinations/crm', 'crm');
    await reader.press('Test now');
    await reader.page
      .locator('main')
      .getByText(/It would (not )?take leads/)
      .waitFor();
    await reader.press('Preview');
    await reader.sees('POST');
  },

  'sources show their URL without the key': async (reader, service) => {
    await reader.open('#/sources', 'Sources');
    await reader.sees(/\/leads\/marketplace/);
    const key = new URL(service.read('lead_url.txt').trim()).searchParams.get('key');
    assert.ok(!(await reader.page.content()).includes(key));
  },

  'a token that may only look has nothing to press that changes something, but may reveal': {
    token: (service) => service.readToken,
    run: async (reader) => {
      await reader.open('#/leads', 'Leads');
      await reader.page.locator('.leads-table tbody tr').first().waitFor();
      assert.equal(await reader.page.getByRole('checkbox').count(), 0);
      await reader.page.locator('.leads-table a').first().click();
      await reader.button('Reveal').waitFor();
      for (const name of ['Revise', 'Redrive', 'Release', 'Discard', 'Erase …']) {
        assert.equal(await reader.button(name).count(), 0, name);
      }
      await reader.press('Reveal');
      await reader.sees('Personal data is shown');
      await reader.open('#/destinations', 'Destinations');
      await reader.sees('crm');
      assert.equal(await reader.button(/^Pause/).count(), 0);
    },
  },
};
