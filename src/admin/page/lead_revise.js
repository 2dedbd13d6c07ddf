// Revising a lead: a form with its fields as they are, or a whole new body for one that could not be read; then what
// would change, field by field; then the order.
//
//   reviseLead(lead, {payload}) -> Promise of the revised lead, or null   lead: unmasked; payload: the body as it is,
//                                                                         for one that is quarantined
import { order } from './dialog.js';
import { changesBetween, changeTable } from './diff.js';
import { kFieldNames, kFields } from './fields.js';
import { h, notice, replaceChildren } from './ui.js';

function fieldInput({ name, label, long }, lead) {
  const id = `revise-${name}`;
  const input = h(long ? 'textarea' : 'input', {
    id,
    name,
    value: lead[name] ?? '',
    dir: 'auto',
    autocomplete: 'off',
    rows: long ? '4' : null,
  });
  return h('div', { class: 'field' }, h('label', { for: id }, label), input);
}

function bodyInput(payload) {
  const input = h('textarea', {
    id: 'revise-payload',
    rows: '10',
    class: 'mono',
    spellcheck: 'false',
    value: payload,
  });
  return h(
    'details',
    { class: 'new-body', open: true },
    h('summary', null, 'The whole body'),
    h(
      'div',
      { class: 'field' },
      h(
        'label',
        { for: 'revise-payload' },
        'Mend it so that it can be read as JSON; fields given below go on top',
      ),
      input,
    ),
  );
}

function valuesOf(form) {
  return Object.fromEntries(kFieldNames.map((name) => [name, form.querySelector(`#revise-${name}`).value]));
}

// What the API is to be told; the body only where it was changed.
function revisionOf(form, lead, payload) {
  const changes = changesBetween(lead, valuesOf(form), kFieldNames);
  const body = form.querySelector('#revise-payload')?.value ?? payload;
  return { changes, payload: body === payload ? null : body };
}

function redriveChoice() {
  const box = h('input', { type: 'checkbox', id: 'revise-redrive' });
  box.checked = true;
  return {
    box,
    node: h(
      'label',
      { class: 'choice', for: 'revise-redrive' },
      box,
      h('span', null, 'Redrive what is dead of it with this'),
    ),
  };
}

function tell(shown, { changes, payload }) {
  const isSame = Object.keys(changes).length === 0;
  replaceChildren(
    shown,
    isSame && payload === null ? h('p', { class: 'muted' }, 'Nothing is changed yet.') : null,
    payload === null
      ? null
      : notice(
          'info',
          h('p', null, 'The new body replaces the one that came for delivering; the one that came is kept.'),
        ),
    isSame ? null : changeTable(changes),
  );
}

export function reviseLead(lead, { payload = '' } = {}) {
  const isQuarantined = lead.disposition === 'quarantined';
  const isDead = lead.deliveries.some((delivery) => delivery.state === 'dead');
  const redrive = redriveChoice();
  const fields = h(
    'div',
    { class: 'revise-fields' },
    kFields.map((field) => fieldInput(field, lead)),
  );
  const shown = h('div', { class: 'stack', 'aria-live': 'polite' });
  const form = h(
    'div',
    { class: 'stack' },
    isQuarantined && bodyInput(payload),
    fields,
    h('h3', null, 'What changes'),
    shown,
    isDead && redrive.node,
  );
  const read = () => revisionOf(form, lead, payload);
  form.addEventListener('input', () => tell(shown, read()));
  tell(shown, read());
  return order({
    title: 'Revise this lead',
    body: form,
    action: 'Save the revision',
    wide: true,
    done: isDead ? 'Saved; it is tried again with this.' : 'Saved.',
    run: (reason, send) => {
      const { changes, payload: body } = read();
      const to = Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, change.to]));
      return send('POST', `/api/v1/leads/${lead.id}/revisions`, {
        changes: to,
        ...(body === null ? {} : { payload: body }),
        reason,
        redrive: isDead && redrive.box.checked,
      });
    },
  });
}
