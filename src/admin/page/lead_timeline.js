// Shows what happened to a lead (timeline.js), newest last.
import { changeTable } from './diff.js';
import { kMasked } from './fields.js';
import { badge, given, h } from './ui.js';
import { absolute, milliseconds, plural, when } from './time.js';
import { timelineOf } from './timeline.js';

const kDone = {
  redrive: 'ordered another try',
  release: 'released it',
  discard: 'gave it up',
  reveal: 'looked at the personal data',
  export: 'exported the data of this person',
  erase: 'erased it',
};

function because(reason) {
  return reason ? h('p', { class: 'because' }, '“', given(reason), '”') : null;
}

function destinations(names) {
  const known = [...new Set(names.filter(Boolean))];
  return known.length === 0
    ? null
    : [' · ', known.map((name, index) => [index > 0 ? ', ' : '', given(name)])];
}

function received(lead) {
  return {
    mark: 'in',
    title: ['Received from ', given(lead.source)],
    body: h(
      'p',
      { class: 'muted' },
      'Decided: ',
      badge(lead.revisions?.[0]?.disposition_before ?? lead.disposition),
    ),
  };
}

function answerOf(attempt) {
  return [
    attempt.detail ? h('p', null, given(attempt.detail)) : null,
    attempt.answer_excerpt && attempt.answer_excerpt !== kMasked
      ? h(
          'details',
          null,
          h('summary', null, 'The answer'),
          h('pre', { class: 'code' }, given(attempt.answer_excerpt)),
        )
      : null,
  ];
}

function numbers(attempts) {
  const [first] = attempts;
  const last = attempts.at(-1);
  return attempts.length === 1 ? `Attempt ${first.number}` : `Attempts ${first.number} to ${last.number}`;
}

function tried(entry) {
  const { attempts } = entry;
  const last = attempts.at(-1);
  const mark = last.outcome === 'delivered' ? 'good' : last.outcome === 'rejected' ? 'bad' : 'warn';
  return {
    mark,
    title: [numbers(attempts), ' to ', given(entry.destination), ' ', badge(last.outcome)],
    body: [
      attempts.length > 1
        ? h(
            'p',
            { class: 'muted' },
            `${plural(attempts.length, 'attempt')} in a row showed this, the last `,
            when(last.started_at),
            '.',
          )
        : null,
      answerOf(last),
      h(
        'p',
        { class: 'muted small' },
        `took ${milliseconds(last.duration_ms)}`,
        last.counted || last.outcome === 'delivered' ? '' : ', not counted against its budget',
      ),
    ],
  };
}

function revised({ revision }) {
  const changes = Object.keys(revision.changes).length;
  return {
    mark: 'person',
    title: [given(revision.actor), ` revised it (revision ${revision.number})`],
    body: [
      because(revision.reason),
      revision.has_payload ? h('p', null, 'With a new body in place of the one that came.') : null,
      changes > 0 ? changeTable(revision.changes) : h('p', { class: 'muted' }, 'No field changed.'),
    ],
  };
}

function ordered({ audit }) {
  const [first] = audit;
  return {
    mark: first.action === 'erase' ? 'bad' : 'person',
    title: [
      given(first.actor),
      ' ',
      kDone[first.action] ?? first.action,
      destinations(audit.map((row) => row.destination)),
      first.action === 'reveal' && audit.length > 1
        ? [`, ${audit.length} times, the last `, when(audit.at(-1).at)]
        : null,
    ],
    body: because(first.reason),
  };
}

function partsOf(entry, lead) {
  switch (entry.kind) {
    case 'received':
      return received(lead);
    case 'attempts':
      return tried(entry);
    case 'revision':
      return revised(entry);
    default:
      return ordered(entry);
  }
}

export function leadTimeline(lead) {
  const rows = timelineOf(lead).map((entry) => {
    const { mark, title, body } = partsOf(entry, lead);
    return h(
      'li',
      { class: `moment moment-${mark}` },
      h(
        'div',
        { class: 'moment-head' },
        h('h3', null, title),
        h('span', { class: 'muted small', title: absolute(entry.at) }, when(entry.at)),
      ),
      body,
    );
  });
  return h('ol', { class: 'timeline' }, rows);
}
