// The request for one lead as it would be built now, without being sent; as /destinations/{name}/preview tells it.
//
// Its body holds personal data in the clear, so it shows only after a press, and that is kept as a reveal.
import { get, oneChange } from './api.js';
import { withControlsShown } from './bidi.js';
import { openDialog } from './dialog.js';
import { fieldLabel } from './fields.js';
import { button, copyButton, errorBox, given, h, loading, notice, replaceChildren } from './ui.js';

// JSON is easier to read with a line for each member; anything else stays as it is.
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function cutNotice(cuts) {
  return notice(
    'warn',
    h('p', null, 'Too long for the destination, so it is cut: '),
    h(
      'ul',
      null,
      cuts.map(({ field, from, to }) =>
        h('li', null, given(fieldLabel(field)), `: ${from} characters become ${to}`),
      ),
    ),
  );
}

export function requestView(preview) {
  return h(
    'div',
    { class: 'stack' },
    preview.rejected_because &&
      notice('bad', h('p', null, 'It would not be sent: ', given(preview.rejected_because))),
    preview.wanted
      ? null
      : notice(
          'info',
          h('p', null, 'The destination’s rules do not want this lead, so it would not go there by itself.'),
        ),
    preview.cuts.length > 0 && cutNotice(preview.cuts),
    h('p', { class: 'mono request-line' }, h('strong', null, preview.method), ' ', given(preview.url)),
    h(
      'details',
      null,
      h('summary', null, 'Headers'),
      h(
        'pre',
        { class: 'code', tabindex: '0' },
        preview.headers.map(({ name, value }) => `${name}: ${value}`).join('\n'),
      ),
    ),
    preview.body ? hiddenBody(preview) : h('p', { class: 'muted' }, 'The request has no body.'),
  );
}

function hiddenBody({ destination, lead, body }) {
  const node = h('div', { class: 'stack' });
  const send = oneChange();
  const reveal = async () => {
    try {
      await send('POST', `/api/v1/leads/${lead}/reveal`, {
        reason: `preview of the request to ${destination}`,
      });
      const text = pretty(body);
      replaceChildren(
        node,
        h(
          'pre',
          { class: 'code', tabindex: '0', role: 'region', 'aria-label': 'Body of the request' },
          withControlsShown(text),
        ),
        h('div', { class: 'row' }, copyButton(text, 'Copy the body')),
      );
    } catch (error) {
      replaceChildren(node, errorBox(error, reveal));
    }
  };
  replaceChildren(
    node,
    h(
      'div',
      { class: 'row' },
      button('Show the body', { onclick: reveal }),
      h(
        'span',
        { class: 'muted small' },
        'It holds personal data; that you looked is kept in the lead’s history.',
      ),
    ),
  );
  return node;
}

export async function loadRequest(destination, lead, signal) {
  return get(`/api/v1/destinations/${encodeURIComponent(destination)}/preview`, { lead }, { signal });
}

export function showRequest(destination, lead) {
  const body = h('div', null, loading('Building it …'));
  openDialog({
    title: ['The request to ', given(destination), ', as it would be sent now'],
    body,
    wide: true,
  });
  const fill = () =>
    loadRequest(destination, lead).then(
      (preview) => replaceChildren(body, requestView(preview)),
      (error) => replaceChildren(body, errorBox(error, fill)),
    );
  return fill();
}
