// An address that names no view.
import { h, link, viewHead } from './ui.js';

export function show(view) {
  view.title('Not found');
  view.root.append(
    viewHead('There is no such view'),
    h('p', null, 'The address may have been cut off. ', link('Go to the overview', '#/'), '.'),
  );
}
