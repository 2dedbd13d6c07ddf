// How to send the first lead: what an empty page teaches.
//
//   firstLead(url?)   url: a source's address without its key
//   command(text)     text to be copied, such as a command
import { copyButton, h, prose } from './ui.js';

const kSample = JSON.stringify({
  UserDetails: { FirstName: 'Anna', LastName: 'Sample', Email: 'anna@contoso.example' },
  LeadSource: 'first-lead',
});

// Single quotes keep a shell from reading anything into the text.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function firstLead(url = null) {
  const withKey = `${url ?? 'https://HOST:PORT/leads/SOURCE'}?key=KEY`;
  return h(
    'div',
    { class: 'stack' },
    prose(
      'Send a sample lead, as the marketplace would, from the folder that `leadspool init` made; ' +
        'its `lead_url.txt` has the URL with its key:',
    ),
    command('leadspool send @lead_url.txt --ca-file certificate.pem'),
    prose('Or with curl; put the key in the place of `KEY`:'),
    command(
      [
        "curl --cacert certificate.pem -H 'Content-Type: application/json' \\",
        `  --data '${kSample}' \\`,
        `  ${quoted(withKey)}`,
      ].join('\n'),
    ),
    prose(
      'Or paste that URL into Partner Center (Offer setup, Customer leads, HTTPS endpoint) and let it send a test.',
    ),
    prose(
      'The lead shows here within a second. A lost key cannot be looked up: `leadspool key SOURCE` makes a new one.',
      { class: 'muted' },
    ),
  );
}

export function command(text) {
  return h(
    'div',
    { class: 'command' },
    h('pre', { class: 'code', tabindex: '0', role: 'group', 'aria-label': 'To be copied' }, text),
    copyButton(text),
  );
}
