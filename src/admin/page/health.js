// A destination's health, and the switch to pause and resume it: the same wherever a destination shows.
//
//   healthBadge(destination)              of GET /api/v1/destinations or /status
//   healthReason(destination)             why, since when, and when it is looked at again; null when all is well
//   pauseButton(destination, ondone)      null where nothing may be changed
//   waitingText(destination)              how many wait, and for how long
import { order } from './dialog.js';
import { duration, plural, when } from './time.js';
import { badge, changeButton, given, h } from './ui.js';

export function healthBadge(destination) {
  return badge(healthWord(destination));
}

// A breaker that is closed proves nothing before the first attempt.
function healthWord({ health, deliveries }) {
  const hasTried = deliveries.delivered + deliveries.dead + deliveries.discarded > 0;
  return health === 'unknown' || (health === 'closed' && !hasTried) ? 'untried' : health;
}

export function healthReason({ reason, since, next_probe: nextProbe, paused }) {
  if (!reason && !since && !nextProbe) return null;
  return h(
    'p',
    { class: 'muted' },
    reason && given(reason),
    paused && [reason ? ' — ' : 'Paused ', 'by ', given(paused.by)],
    since && [reason || paused ? ', ' : 'Since ', when(since)],
    nextProbe && [reason || since ? '; ' : '', 'next look ', when(nextProbe)],
  );
}

export function waitingText({ deliveries, oldest_waiting_age_s: age }) {
  const waiting = deliveries.pending + deliveries.claimed;
  if (waiting === 0) return 'nothing waits';
  return `${plural(waiting, 'lead')} waiting${age == null ? '' : `, the oldest for ${duration(age)}`}`;
}

export function pauseButton(destination, ondone) {
  if (!destination.configured) return null;
  const { name, health, paused } = destination;
  if (paused)
    return changeButton('Resume', {
      onclick: () => resume(name, 'Resume', ondone),
      'aria-label': `Resume ${name}`,
    });
  if (health === 'open' || health === 'misconfigured') {
    return [
      changeButton('Try now', {
        onclick: () => resume(name, 'Try now', ondone),
        'aria-label': `Try now: ${name}`,
      }),
      pausing(name, ondone),
    ];
  }
  return pausing(name, ondone);
}

function pausing(name, ondone) {
  return changeButton('Pause', {
    'aria-label': `Pause ${name}`,
    onclick: () =>
      change(
        name,
        'pause',
        {
          title: ['Pause ', given(name), '?'],
          action: 'Pause',
          done: 'Paused.',
          body: h(
            'p',
            null,
            'Nothing is sent there until somebody resumes it. Leads are accepted and wait; none is lost.',
          ),
        },
        ondone,
      ),
  });
}

function resume(name, action, ondone) {
  return change(
    name,
    'resume',
    {
      title: [`${action}: `, given(name)],
      action,
      done: 'Its leads are on their way again.',
      body: h(
        'p',
        null,
        'Attempts begin at once. If the destination still refuses, they stop again by themselves.',
      ),
    },
    ondone,
  );
}

async function change(name, verb, words, ondone) {
  const path = `/api/v1/destinations/${encodeURIComponent(name)}/${verb}`;
  const changed = await order({ ...words, run: (reason, send) => send('POST', path, { reason }) });
  if (changed) ondone();
}
