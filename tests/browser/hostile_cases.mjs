// What a stranger sends stays text, wherever it shows; and the page runs no script but its own.
import assert from 'node:assert/strict';

const kHostile = {
  FirstName: '<img src=x onerror=alert(1)>',
  LastName: '"><script>alert(2)</script>',
  Email: 'x\u202Egnp.evil@contoso.example',
  Phone: '<a href="javascript:alert(3)">+1</a>',
  Country: 'שלום\u200F<b>',
  Company: '<b>Fabrikam</b> \u202Elive\u202C',
  Title: '<svg/onload=alert(4)>',
  OfferTitle: 'عرض خاص <script>alert(5)</script>',
  LeadSource: 'AzureMarketplace-INS|<iframe src=javascript:alert(6)>.offer',
  Description: '<style>*{display:none}</style>{{7*7}}',
};
let hostile = null;

export async function prepare(service) {
  await service.fault({ mode: 'reject', match: 'Fabrikam' });
  hostile = await service.send(kHostile);
  await service.until(`leads/${hostile}`, ({ deliveries }) =>
    deliveries.some((each) => each.state === 'dead'),
  );
}

// Nothing of it became an element.
async function isOnlyText(reader) {
  const found = await reader.page.evaluate(() =>
    [
      ...document.querySelectorAll(
        'main script, main img, main iframe, main style, main svg[onload], main b, main [onerror], main a[href^="javascript"]',
      ),
    ].map((node) => node.outerHTML),
  );
  assert.deepEqual(found, []);
}

export const cases = {
  'hostile text stays text in the lists': async (reader) => {
    await reader.open('#/leads', 'Leads');
    await reader.sees('<b>Fabrikam</b>');
    await isOnlyText(reader);
    await reader.open('#/dead', 'Dead letters');
    await reader.page.locator('.group h2 a').first().click();
    await reader.sees('<b>Fabrikam</b>');
    await isOnlyText(reader);
  },

  'hostile text stays text in the lead, its body, a preview and a revision': async (reader) => {
    await reader.open(`#/leads/${hostile}`);
    await reader.press('Reveal');
    await reader.heading(kHostile.FirstName);
    await reader.press('Show the body');
    await reader.page.getByLabel('Body as received').waitFor();
    await isOnlyText(reader);
    await reader.press('Preview the request');
    await reader.press('Show the body');
    await reader
      .dialog()
      .getByText(/alert\(1\)/)
      .first()
      .waitFor();
    await isOnlyText(reader);
    await reader.press('Close');
    await reader.press('Revise');
    await reader.dialog().getByLabel('Company').fill('<i>Fabrikam</i>');
    await reader.dialog().locator('.changes ins').first().waitFor();
    assert.equal(await reader.page.locator('dialog i, dialog b').count(), 0);
    await reader.shoot('hostile-1440-light');
  },

  'marks that turn the direction of text are shown, not obeyed': async (reader) => {
    await reader.open(`#/leads/${hostile}`);
    await reader.press('Reveal');
    await reader.heading(kHostile.FirstName);
    const email = reader.page.locator('dd', { hasText: 'evil@contoso.example' }).first();
    assert.equal(await email.innerText(), 'xgnp.evil@contoso.example');
    assert.equal(await email.locator('.bidi').getAttribute('data-code'), 'U+202E');
  },

  'the browser refuses an inline script, an inline style and a foreign address': async (reader) => {
    reader.expect(/Content.Security.Policy/);
    await reader.open('#/leads', 'Leads');
    const refused = await reader.page.evaluate(async () => {
      const violations = [];
      document.addEventListener('securitypolicyviolation', (violation) =>
        violations.push(violation.effectiveDirective),
      );
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.body.append(script);
      const box = document.createElement('div');
      box.setAttribute('style', 'color: red');
      document.body.append(box);
      await fetch('https://example.invalid/').catch(() => {});
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return { wasRun: window.wasRun === true, violations };
    });
    assert.equal(refused.wasRun, false);
    assert.ok(
      refused.violations.some((directive) => directive.startsWith('script-src')),
      String(refused.violations),
    );
    assert.ok(
      refused.violations.some((directive) => directive.startsWith('style-src')),
      String(refused.violations),
    );
    assert.ok(refused.violations.includes('connect-src'), String(refused.violations));
    reader.forbidden.length = 0; // the foreign request was ours, and was refused
  },
};
