// What can be done with several leads at once: the bar that shows while some are selected, and the dialog that does
// it one by one, shows how far it has come, and can be stopped.
//
//   bulkActions({selected, shown, filter, isAll, onselect, done}) -> nodes
//       selected: the Set of ids; shown: the ids on the page; isAll: nothing else matches the filter;
//       onselect(ids); done() after something was changed
import { openDialog, order } from './dialog.js';
import { isEmpty, redriveFilterOf } from './lead_filter.js';
import { eachLead } from './lead_pages.js';
import { orderRedrive } from './redrive_order.js';
import { count, plural } from './time.js';
import { button, chip, given, h, notice, progress, replaceChildren } from './ui.js';

const kActions = [
  { name: 'redrive', label: 'Redrive', past: 'redriven', says: 'Their dead deliveries are tried again.' },
  { name: 'release', label: 'Release', past: 'released', says: 'What is held of them is delivered.' },
  {
    name: 'discard',
    label: 'Discard',
    past: 'discarded',
    kind: 'danger',
    says: 'What is pending, held or dead of them is given up. A person cannot take that back.',
  },
];

export function bulkActions({ selected, shown, filter, isAll, onselect, done }) {
  let isEverything = false;
  const words = h('strong');
  const everything = isAll
    ? null
    : chip('Select all that match', {
        onclick: () => {
          isEverything = !isEverything;
          tell();
        },
      });
  const tell = () => {
    words.textContent = isEverything
      ? isEmpty(filter)
        ? 'All leads'
        : 'All that match'
      : `${count(selected.size)} selected`;
    everything?.setAttribute('aria-pressed', String(isEverything));
  };
  tell();
  const run = (action) => {
    if (isEverything && action.name === 'redrive' && redriveFilterOf(filter))
      return orderRedrive(redriveFilterOf(filter));
    const ids = [...selected];
    const target = isEverything
      ? { words: 'all leads that match', total: null, each: () => idsOf(eachLead(filter)) }
      : { words: plural(ids.length, 'lead'), total: ids.length, each: () => ids };
    return changeEach(action, target).then((result) => result && done());
  };
  const isWholePage = shown.every((id) => selected.has(id));
  return [
    words,
    isWholePage ? null : button('Select this page', { kind: 'quiet', onclick: () => onselect(shown) }),
    everything,
    h('span', { class: 'grow' }),
    kActions.map((action) =>
      button(action.label, { kind: action.kind && 'quiet', onclick: () => run(action) }),
    ),
    button('Clear', { kind: 'quiet', title: 'Select none', onclick: () => onselect([]) }),
  ];
}

async function* idsOf(leads) {
  for await (const lead of leads) yield lead.id;
}

// Those that were done, those where there was nothing to do, and those that failed.
function newTally() {
  return { done: 0, passed: 0, failures: [] };
}

function tallyText(tally, action) {
  const parts = [`${plural(tally.done, 'lead')} ${action.past}`];
  if (tally.passed > 0)
    parts.push(`${count(tally.passed)} passed over, as nothing of them could be ${action.past}`);
  if (tally.failures.length > 0) parts.push(`${count(tally.failures.length)} failed`);
  return `${parts.join('; ')}.`;
}

async function changeEach(action, target) {
  const shown = h('div', { role: 'status' });
  let isStopped = false;
  const stop = button('Stop', {
    onclick: () => {
      isStopped = true;
    },
  });
  const result = await order({
    title: `${action.label} ${target.words}`,
    body: [h('p', null, action.says), shown],
    action: action.label,
    kind: action.kind ?? 'primary',
    run: async (reason, send) => {
      const tally = newTally();
      // The dialog that was closed is no place to go on unseen.
      const goesOn = () => !isStopped && shown.isConnected;
      for await (const id of target.each()) {
        if (!goesOn()) break;
        await changeOne(id, action, reason, send, tally);
        const seen = tally.done + tally.passed + tally.failures.length;
        replaceChildren(
          shown,
          progress(
            target.total === null ? 0 : seen,
            target.total ?? 1,
            `${count(seen)} of ${target.total === null ? 'all that match' : count(target.total)}`,
          ),
          stop,
        );
      }
      return tally;
    },
    done: (tally) => tallyText(tally, action),
  });
  if (result?.failures.length > 0) showFailures(result, action);
  return result;
}

async function changeOne(id, action, reason, send, tally) {
  try {
    await send('POST', `/api/v1/leads/${id}/${action.name}`, { reason });
    ++tally.done;
  } catch (error) {
    if (error.code === 'not_possible') ++tally.passed;
    else if (error.status === 0 || error.status === 401 || error.status === 403) throw error;
    else tally.failures.push({ id, error });
  }
}

function showFailures(tally, action) {
  openDialog({
    title: tallyText(tally, action),
    body: notice(
      'warn',
      tally.failures
        .slice(0, 100)
        .map(({ id, error }) =>
          h('p', null, h('a', { href: `#/leads/${id}` }, id), ': ', given(error.message)),
        ),
    ),
  });
}
