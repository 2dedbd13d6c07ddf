// What a person can do with a lead, and the dialogs that ask before it is done.
//
//   possibleFor(lead)   {redrive, release, discard, revise, erase}: whether each can be done in the state it is in
//   changeButtons(lead, destination, done)   those of redrive, release and discard that are possible; destination
//                                            null: for all deliveries of the lead, which is what stands out
//   eraseLead(lead, done)   exportPerson(lead)
import { openDialog, order } from './dialog.js';
import { save } from './export.js';
import { personName } from './fields.js';
import { changeButton, given, h, notice } from './ui.js';

const kFrom = { redrive: ['dead'], release: ['held'], discard: ['pending', 'held', 'dead'] };

const kChanges = {
  redrive: {
    label: 'Redrive',
    kind: 'primary',
    done: 'It is tried again.',
    says: 'It is tried again at once, with a fresh budget of attempts; its history stays.',
  },
  release: {
    label: 'Release',
    kind: 'primary',
    done: 'Released.',
    says: 'It is delivered like any other lead.',
  },
  discard: {
    label: 'Discard',
    kind: 'danger',
    done: 'Discarded.',
    says: 'It is given up: nothing is sent any more. The lead itself stays, with its history.',
  },
};

export function possibleFor(lead) {
  const states = lead.deliveries.map((delivery) => delivery.state);
  const any = (of) => states.some((state) => of.includes(state));
  const isTried = states.includes('claimed');
  const isErased = Boolean(lead.erased_at);
  return {
    redrive: !isErased && any(kFrom.redrive),
    release: !isErased && any(kFrom.release),
    discard: !isErased && (any(kFrom.discard) || lead.unrouted),
    revise:
      !isErased && !isTried && lead.disposition !== 'probe' && (states.length === 0 || any(kFrom.discard)),
    erase: !isErased && !isTried,
  };
}

function change(name, lead, destination, done) {
  const { label, kind, says, done: told } = kChanges[name];
  const body = destination === null ? {} : { destination };
  return order({
    title: destination === null ? `${label} this lead` : [`${label} the delivery to `, given(destination)],
    body: h('p', null, says),
    action: label,
    kind,
    done: told,
    run: (reason, send) => send('POST', `/api/v1/leads/${lead.id}/${name}`, { ...body, reason }),
  }).then((result) => result && done());
}

export function changeButtons(lead, destination, done) {
  const subject =
    destination === null
      ? lead
      : {
          ...lead,
          unrouted: false,
          deliveries: lead.deliveries.filter((each) => each.destination === destination),
        };
  const possible = possibleFor(subject);
  return Object.keys(kChanges)
    .filter((name) => possible[name])
    .map((name) =>
      changeButton(kChanges[name].label, {
        kind: name === 'discard' || destination !== null ? undefined : 'primary',
        onclick: () => change(name, lead, destination, done),
      }),
    );
}

function elsewhere(records) {
  if (records.length === 0) return h('p', null, 'No destination is known to have it.');
  return [
    h('p', null, 'Erase it there as well; this service can not:'),
    h(
      'ul',
      { class: 'listed' },
      records.map(({ destination, remote_id: record }) =>
        h(
          'li',
          null,
          given(destination),
          record
            ? [', record ', h('code', null, given(record))]
            : ', which may have it under an unknown record',
        ),
      ),
    ),
  ];
}

function recordsOf(lead) {
  return lead.deliveries
    .filter((delivery) => delivery.state === 'delivered' || delivery.remote_id)
    .map(({ destination, remote_id }) => ({ destination, remote_id }));
}

const kTyped = 'erase';

export async function eraseLead(lead, done) {
  const typed = h('input', {
    id: 'typed',
    autocomplete: 'off',
    required: true,
    spellcheck: 'false',
    pattern: kTyped,
    title: `Type ${kTyped}`,
  });
  const result = await order({
    title: 'Erase this lead',
    body: [
      h(
        'p',
        null,
        'Its body, its fields, the revisions and what destinations answered are removed for good. Nobody can bring them back.',
      ),
      h(
        'p',
        { class: 'muted' },
        'A tombstone stays: when it came and from where, the states of its deliveries, and when, by whom and why it was erased.',
      ),
      notice('warn', elsewhere(recordsOf(lead))),
      h('div', { class: 'field' }, h('label', { for: 'typed' }, 'Type “', kTyped, '” to go on'), typed),
    ],
    action: 'Erase for good',
    kind: 'danger',
    reason: 'required',
    done: 'Erased.',
    run: (reason, send) => send('DELETE', `/api/v1/leads/${lead.id}?${new URLSearchParams({ reason })}`),
  });
  if (!result) return;
  done();
  openDialog({
    title: 'The lead is erased',
    body: [
      elsewhere(result.elsewhere ?? []),
      result.purging
        ? h('p', { class: 'muted' }, 'What was freed in the file is being overwritten; that takes a moment.')
        : null,
    ],
  });
}

// All that is stored of the person with this e-mail address, to be given to them.
export function exportPerson(email, lead) {
  return order({
    title: 'Export this person’s data',
    body: [
      h(
        'p',
        null,
        'Everything that is stored under ',
        given(email),
        ' as one JSON file: every lead with its history and its body as it came.',
      ),
      h('p', { class: 'muted' }, 'That it was exported is kept in the history of each.'),
    ],
    action: 'Export',
    done: 'Saved.',
    run: async (reason, send) => {
      const data = await send('POST', '/api/v1/exports', { email, reason });
      save(
        new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }),
        `person-${personName(lead).replaceAll(/[^\p{L}\p{N}]+/gu, '-') || lead.id}.json`,
      );
      return true;
    },
  });
}
