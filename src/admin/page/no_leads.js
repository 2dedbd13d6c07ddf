// What the view of leads says when there is nothing to show: how the first lead comes, or which filter is in the way.
import { firstLead } from './first_lead.js';
import { filterLabel, isEmpty, without } from './lead_filter.js';
import { button, chip, emptyState, given, h } from './ui.js';

function noneYet() {
  return emptyState('No lead has come yet', firstLead());
}

function noneMatches(filter, onchange) {
  const names = Object.keys(filter);
  return emptyState(
    'No lead matches',
    h(
      'p',
      null,
      names.length === 1
        ? 'Take the filter away to see others:'
        : 'All of these must hold; take one away to see more:',
    ),
    h(
      'div',
      { class: 'chips' },
      names.map((name) =>
        chip(given(filterLabel(name, filter[name])), { onremove: () => onchange(without(filter, name)) }),
      ),
    ),
    filter.q
      ? h(
          'p',
          { class: 'muted' },
          'The search finds whole words and how words begin, an e-mail address or its beginning, and @domains.',
        )
      : null,
    names.length > 1 ? button('Show all leads', { onclick: () => onchange({}) }) : null,
  );
}

export function noLeads(filter, cursor, onchange) {
  if (cursor)
    return emptyState('No more leads', button('Back to the newest', { onclick: () => onchange(filter) }));
  return isEmpty(filter) ? noneYet() : noneMatches(filter, onchange);
}
