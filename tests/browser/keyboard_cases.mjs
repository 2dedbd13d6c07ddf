// All of it without a mouse.
import assert from 'node:assert/strict';

let dead = null;

export async function prepare(service) {
  for (const number of [1, 2, 3])
    await service.send({
      FirstName: `Key${number}`,
      Email: `key${number}@contoso.example`,
      Company: `Keys ${number}`,
    });
  await service.fault({ mode: 'reject', match: 'Wingtip' });
  dead = await service.send({ FirstName: 'Dead', Email: 'dead@wingtip.example', Company: 'Wingtip' });
  await service.until(`leads/${dead}`, ({ deliveries }) => deliveries.some((each) => each.state === 'dead'));
}

// Tabs until the focus is on what has this name.
async function tabTo(reader, name) {
  for (let presses = 0; presses < 80; ++presses) {
    await reader.page.keyboard.press('Tab');
    const focused = await reader.page.evaluate(() => {
      const node = document.activeElement;
      return node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent;
    });
    if (focused.trim().startsWith(name)) return;
  }
  assert.fail(`Tab never came to "${name}"`);
}

export const cases = {
  'a lead is looked up, opened and revealed by keys alone': {
    token: () => null,
    run: async (reader, service) => {
      const { keyboard } = reader.page;
      await reader.open('', 'Sign in');
      await keyboard.type(service.token);
      await keyboard.press('Enter');
      await reader.heading('Overview');
      await keyboard.press('g');
      await keyboard.press('l');
      await reader.heading('Leads');
      await reader.page.locator('.leads-table').waitFor();
      await keyboard.press('/');
      await keyboard.type('key2@contoso.example');
      await reader.page.locator('.leads-table tbody tr').nth(1).waitFor({ state: 'detached' });
      await keyboard.press('Escape');
      await keyboard.press('j');
      await keyboard.press('Enter');
      await reader.heading('K•••');
      await tabTo(reader, 'Reveal');
      await keyboard.press('Enter');
      await reader.heading('Key2');
    },
  },

  'j and k go along the leads, and the focus is to be seen': async (reader) => {
    const { keyboard } = reader.page;
    await reader.open('#/leads', 'Leads');
    await reader.page.locator('.leads-table').waitFor();
    const focused = () => reader.page.evaluate(() => document.activeElement.getAttribute('href'));
    await keyboard.press('j');
    const first = await focused();
    await keyboard.press('j');
    assert.notEqual(await focused(), first);
    await keyboard.press('k');
    assert.equal(await focused(), first);
    assert.notEqual(
      await reader.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle),
      'none',
    );
  },

  'a dead letter is mended by keys alone': async (reader, service) => {
    const { keyboard } = reader.page;
    await reader.open('#/', 'Overview');
    await keyboard.press('g');
    await keyboard.press('d');
    await reader.heading('Dead letters');
    await reader.page.locator('.group').first().waitFor();
    await keyboard.press('j');
    await keyboard.press('Enter');
    await reader.page.locator('.group-leads').waitFor();
    await tabTo(reader, 'Revise');
    await keyboard.press('Enter');
    await reader.dialog().waitFor();
    for (const [label, text] of [
      ['First name', 'Willing'],
      ['E-mail', 'willing@contoso.example'],
      ['Company', 'Contoso'],
    ]) {
      await tabTo(reader, label);
      await keyboard.press('Control+A');
      await keyboard.type(text);
    }
    await tabTo(reader, 'Save the revision');
    await keyboard.press('Enter');
    await service.settled(dead);
  },

  'help shows what the keys do, and Escape closes it': async (reader) => {
    await reader.open('#/', 'Overview');
    await reader.page.keyboard.press('?');
    await reader.dialog().getByText('search the leads').waitFor();
    await reader.page.keyboard.press('Escape');
    await reader.dialog().waitFor({ state: 'detached' });
  },
};
