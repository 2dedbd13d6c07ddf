// A lead's deliveries: where each is, what that means, when it goes on, and all of its attempts.
import { withControlsShown } from './bidi.js';
import { meaningOfState } from './causes.js';
import { kMasked } from './fields.js';
import { absolute, milliseconds, plural, when } from './time.js';
import { badge, button, copyButton, facts, given, h, notice, section } from './ui.js';

function attemptRow(attempt) {
  return h(
    'li',
    { class: 'attempt' },
    h(
      'div',
      { class: 'row' },
      h('span', { class: 'tabular' }, `No. ${attempt.number}`),
      badge(attempt.outcome),
      h(
        'span',
        { class: 'muted small' },
        absolute(attempt.started_at),
        `, took ${milliseconds(attempt.duration_ms)}`,
      ),
      attempt.http_status ? h('span', { class: 'muted small' }, `HTTP ${attempt.http_status}`) : null,
    ),
    attempt.detail ? h('p', null, given(attempt.detail)) : null,
    answerOf(attempt),
  );
}

function answerOf({ answer_excerpt: excerpt }) {
  if (!excerpt) return null;
  if (excerpt === kMasked)
    return h('p', { class: 'muted small' }, 'The answer may name the person; Reveal shows it.');
  return h('pre', { class: 'code', tabindex: '0' }, withControlsShown(excerpt));
}

// Newest first: who looks wants the last answer.
function attemptList(delivery) {
  if (delivery.attempts.length === 0) return null;
  return h(
    'details',
    { 'data-key': `attempts-${delivery.destination}` },
    h(
      'summary',
      null,
      `${plural(delivery.attempts.length, 'attempt')} and ${delivery.attempts.length === 1 ? 'its answer' : 'their answers'}`,
    ),
    h('ol', { class: 'attempts' }, delivery.attempts.toReversed().map(attemptRow)),
  );
}

function factsOf(delivery) {
  return facts([
    ['Since', when(delivery.state_since)],
    delivery.next_attempt_at && [
      'Next attempt',
      when(delivery.next_attempt_at),
      h('span', { class: 'muted small' }, ` ${absolute(delivery.next_attempt_at)}`),
    ],
    delivery.remote_id && [
      'Record there',
      h('code', null, given(delivery.remote_id)),
      ' ',
      copyButton(delivery.remote_id),
    ],
    delivery.cause && ['Cause', given(delivery.cause)],
    delivery.held_reason && ['Held because', given(delivery.held_reason)],
  ]);
}

// actionsOf(delivery): buttons; onpreview(destination) shows the request as it would be built now.
export function deliveriesSection(lead, { actionsOf, onpreview }) {
  if (lead.deliveries.length === 0) return section('Deliveries', noDelivery(lead));
  return section(
    'Deliveries',
    h(
      'div',
      { class: 'deliveries' },
      lead.deliveries.map((delivery) =>
        h(
          'div',
          { class: 'card stack delivery' },
          h(
            'div',
            { class: 'row spread' },
            h(
              'h3',
              null,
              h(
                'a',
                { href: `#/destinations/${encodeURIComponent(delivery.destination)}` },
                given(delivery.destination),
              ),
            ),
            badge(delivery.state),
          ),
          h('p', null, meaningOfState(delivery)),
          factsOf(delivery),
          attemptList(delivery),
          h(
            'div',
            { class: 'row' },
            actionsOf(delivery),
            button('Preview the request', { onclick: () => onpreview(delivery.destination) }),
          ),
        ),
      ),
    ),
  );
}

function noDelivery(lead) {
  if (lead.disposition === 'probe')
    return notice('info', h('p', null, 'A probe goes nowhere: it only asked whether the address answers.'));
  if (lead.disposition === 'quarantined') {
    return notice(
      'warn',
      h('p', null, 'It goes nowhere until it can be read. Revise it: give its fields, or a whole new body.'),
    );
  }
  return notice(
    'warn',
    h(
      'p',
      null,
      lead.unrouted
        ? 'No destination wants this lead. Look at the destinations’ rules; a revision makes its deliveries once one wants it.'
        : 'It has no delivery.',
    ),
  );
}
