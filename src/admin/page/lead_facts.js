// What a lead says and how it came: its fields, what was decided about it, and what is known of its request.
import { withControlsShown } from './bidi.js';
import { meaningOfDisposition } from './causes.js';
import { dispositionLabel, kFields } from './fields.js';
import { address } from './route.js';
import { absolute, bytes, when } from './time.js';
import { badge, button, copyButton, facts, given, h, section } from './ui.js';

export function fieldsCard(lead) {
  const [named, blank] = [
    kFields.filter(({ name }) => lead[name]),
    kFields.filter(({ name }) => !lead[name]),
  ];
  return section(
    'Fields',
    h(
      'div',
      { class: 'card' },
      named.length > 0
        ? facts(
            named.map(({ name, label, long }) => [
              label,
              h('span', { class: long ? 'long' : null }, given(lead[name])),
            ]),
          )
        : h('p', { class: 'muted' }, 'It has no field that could be read.'),
      named.length > 0 && blank.length > 0
        ? h(
            'p',
            { class: 'muted small blank-fields' },
            `Empty: ${blank.map(({ label }) => label.toLowerCase()).join(', ')}.`,
          )
        : null,
    ),
  );
}

export function dispositionCard(lead) {
  return section(
    'Disposition',
    h(
      'div',
      { class: 'card stack' },
      h('p', null, badge(lead.disposition), ' ', meaningOfDisposition(lead)),
      lead.disposition_reason ? h('p', null, 'Because ', given(lead.disposition_reason), '.') : null,
      lead.duplicate_of
        ? h(
            'p',
            null,
            'The first of its kind is ',
            h('a', { href: address(['leads', lead.duplicate_of]) }, 'this lead'),
            '.',
          )
        : null,
      lead.duplicate_count > 0 ? h('p', null, `The same came ${lead.duplicate_count} more times.`) : null,
      lead.test_sent_at
        ? h('p', { class: 'muted' }, 'The test was made ', when(lead.test_sent_at), '.')
        : null,
    ),
  );
}

function headersText(headers) {
  return Object.entries(headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

// payload: the text as received once it was asked for; onpayload() asks.
export function receiptCard(lead, { payload, onpayload }) {
  return section(
    'As received',
    h(
      'div',
      { class: 'card stack' },
      facts([
        ['Received', absolute(lead.received_at)],
        ['Source', h('a', { href: address('sources') }, given(lead.source))],
        ['From address', given(lead.remote_address)],
        [
          'Body',
          bytes(lead.payload.bytes),
          ', SHA-256 ',
          h('code', null, `${lead.payload.sha256.slice(0, 16)}…`),
        ],
      ]),
      h(
        'details',
        null,
        h('summary', null, 'Headers'),
        h('pre', { class: 'code', tabindex: '0' }, headersText(lead.headers)),
      ),
      payload === null
        ? h(
            'div',
            { class: 'row' },
            button('Show the body', {
              onclick: onpayload,
              title: lead.masked ? 'Reveals the personal data first' : null,
            }),
          )
        : [
            h(
              'pre',
              { class: 'code', tabindex: '0', 'aria-label': 'Body as received' },
              withControlsShown(payload),
            ),
            h('div', { class: 'row' }, copyButton(payload)),
          ],
    ),
  );
}

export function leadTitle(lead) {
  if (lead.erased_at) return 'Erased lead';
  const name = [lead.first_name, lead.last_name].filter(Boolean).join(' ');
  if (name) return given(name);
  return lead.company ? given(lead.company) : `A ${dispositionLabel(lead.disposition)} lead without a name`;
}
