// Dialogs, as native <dialog> elements: the focus stays inside, Esc closes, and it goes back to where it was.
//
//   order({title, body, action, kind, reason, wide, run, done}) -> Promise of what `run` returned, or null if closed
//       asks before something is changed. body: nodes (its inputs keep their values while it is open);
//       action: the button's label; kind: 'primary' (default) | 'danger'; reason: 'optional' (default) |
//       'required' | 'none'; run(reason, send): does it, by send(method, path, body) of api.js's oneChange, and
//       throws an ApiError to stay open and show it; done: the toast, or a function of the result
//   openDialog({title, body, actions, wide}) -> {node, close}
//       one that only shows; actions: nodes beside "Close"
import { oneChange } from './api.js';
import { button, errorBox, h, replaceChildren, toast } from './ui.js';

let lastNumber = 0;

export function openDialog({ title, body, actions = [], wide = false, onclosed = () => {} }) {
  const id = `dialog-${++lastNumber}`;
  const node = h(
    'dialog',
    { class: wide ? 'dialog is-wide' : 'dialog', 'aria-labelledby': id },
    h('h2', { id }, title),
    h('div', { class: 'dialog-body' }, body),
  );
  const close = () => node.close();
  node.append(h('div', { class: 'dialog-actions' }, button('Close', { onclick: close }), actions));
  show(node, onclosed);
  return { node, close };
}

function show(node, onclosed) {
  const before = document.activeElement;
  node.addEventListener('close', () => {
    node.remove();
    // What opened it may have been drawn anew meanwhile.
    (before?.isConnected ? before : document.querySelector('main h1'))?.focus();
    onclosed();
  });
  document.body.append(node);
  node.showModal();
}

export function order({
  title,
  body = [],
  action,
  kind = 'primary',
  reason = 'optional',
  wide = false,
  run,
  done = 'Done.',
}) {
  return new Promise((resolve) => {
    let attempt = Promise.resolve(null); // of what is being done, or was done last
    const id = `dialog-${++lastNumber}`;
    const asked = reason === 'none' ? null : reasonField(id, reason === 'required');
    const trouble = h('div');
    const cancel = button('Cancel');
    const go = h('button', { type: 'submit', class: `button button-${kind}` }, action);
    const form = h(
      'form',
      null,
      h('h2', { id }, title),
      h('div', { class: 'dialog-body' }, body, asked?.node),
      trouble,
      h('div', { class: 'dialog-actions' }, cancel, go),
    );
    const node = h('dialog', { class: wide ? 'dialog is-wide' : 'dialog', 'aria-labelledby': id }, form);
    cancel.addEventListener('click', () => node.close());
    const send = oneChange();
    const carryOut = async () => {
      go.disabled = true;
      replaceChildren(trouble);
      try {
        const result = await run(asked ? asked.read() : '', send);
        toast(typeof done === 'function' ? done(result) : done);
        node.close();
        return result;
      } catch (error) {
        if (node.isConnected) replaceChildren(trouble, errorBox(error));
        else toast(error.message, 'bad');
        return null;
      } finally {
        go.disabled = false;
      }
    };
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      attempt = carryOut();
    });
    // Closing does not call back what is under way.
    show(node, () => resolve(attempt));
  });
}

function reasonField(id, isRequired) {
  const input = h('textarea', {
    id: `${id}-reason`,
    rows: '2',
    required: isRequired,
    maxlength: '500',
    autofocus: true,
    placeholder: 'Why? It is kept in the history.',
  });
  const label = h(
    'label',
    { for: input.id },
    'Reason',
    isRequired ? null : h('span', { class: 'muted' }, ' (optional)'),
  );
  return { node: h('div', { class: 'field' }, label, input), read: () => input.value.trim() };
}
