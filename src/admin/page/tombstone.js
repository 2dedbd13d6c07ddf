// What is left of an erased lead: that it was, when and from where, what became of it, and who erased it and why.
import { leadTimeline } from './lead_timeline.js';
import { absolute, when } from './time.js';
import { badge, copyButton, facts, given, h, section, viewHead } from './ui.js';

function lastErasure(lead) {
  return lead.audit.findLast((row) => row.action === 'erase');
}

export function tombstone(lead) {
  const erasure = lastErasure(lead);
  return h(
    'div',
    { class: 'lead-tombstone stack' },
    viewHead('Erased lead', copyButton(lead.id, 'Copy the id')),
    h(
      'div',
      { class: 'card stack' },
      h(
        'p',
        null,
        badge('erased'),
        ' The personal data of this lead was removed ',
        when(lead.erased_at),
        ' and cannot be brought back.',
      ),
      facts([
        ['Erased', absolute(lead.erased_at)],
        erasure && ['By', given(erasure.actor)],
        erasure && ['Reason', given(erasure.reason)],
        ['Received', absolute(lead.received_at)],
        ['Source', given(lead.source)],
        ['Disposition', badge(lead.disposition)],
      ]),
      lead.deliveries.length > 0 &&
        h(
          'p',
          { class: 'row' },
          'Its deliveries: ',
          lead.deliveries.map(({ destination, state }) =>
            h('span', { class: 'mark' }, given(destination), ' ', badge(state)),
          ),
        ),
    ),
    section('What happened', leadTimeline(lead)),
  );
}
