// The sign-in: asks for the admin token and tries it.
import { whoami } from './api.js';
import { button, errorBox, h, notice, prose, replaceChildren } from './ui.js';

// enter(token, who) is called with a token that was accepted.
export function show(root, why, enter) {
  const input = h('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'token-help',
  });
  const trouble = h('div', { 'aria-live': 'polite' }, why && notice('info', h('p', null, why)));
  const form = h(
    'form',
    { class: 'sign-in' },
    h('h1', { tabindex: '-1' }, 'Sign in'),
    trouble,
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'token' }, 'Admin token'),
      input,
      prose(
        'It stays in this tab and is forgotten when the tab is closed. `leadspool init` wrote the first one to ' +
          '`admin_token.txt`; `leadspool token` makes more, also ones that may only look.',
        { id: 'token-help', class: 'muted small' },
      ),
    ),
    button('Sign in', { type: 'submit', kind: 'primary' }),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const candidate = input.value.trim();
    try {
      const who = await whoami(candidate);
      await enter(candidate, who);
    } catch (error) {
      replaceChildren(
        trouble,
        errorBox(error.status === 401 ? new Error('This token is not accepted.') : error),
      );
      input.select();
    }
  });
  root.append(form);
  input.focus();
}
