// What a person should look at first. Deciding is apart from showing, so that its order can be read in one place.
//
//   findAttention(status, sources)  -> [{tone, text, href?}], the worst first; sources: of GET /api/v1/sources, or null
//   attentionList(found)            -> node
import { address } from './route.js';
import { count, plural, when } from './time.js';
import { given, h, link } from './ui.js';

const kCertificateDays = 21;
const kSchedulesUntilOld = 2;

export function findAttention(status, sources) {
  const all = [
    ...ofService(status),
    ...status.destinations.flatMap(ofDestination),
    ...ofLeads(status),
    ...(sources ?? []).flatMap(ofSource),
  ];
  const order = ['bad', 'warn', 'info'];
  return all.sort((one, other) => order.indexOf(one.tone) - order.indexOf(other.tone));
}

function ofService({ store, config, certificate, backup }) {
  const found = [];
  if (store.trouble) found.push({ tone: 'bad', text: ['The store has trouble: ', given(store.trouble)] });
  if (config?.errors.length) {
    found.push({
      tone: 'bad',
      text: [
        'The configuration file cannot be used, so the one before is in force: ',
        given(config.errors[0]),
      ],
    });
  }
  if (config?.restart_needed.length) {
    found.push({
      tone: 'warn',
      text: ['These settings take effect only after a restart: ', given(config.restart_needed.join(', '))],
    });
  }
  if (certificate?.problem)
    found.push({ tone: 'bad', text: ['The certificate: ', given(certificate.problem)] });
  else if (certificate && certificate.days_left < kCertificateDays) {
    found.push({
      tone: certificate.days_left < 0 ? 'bad' : 'warn',
      text: certificateText(certificate.days_left),
    });
  }
  if (backup?.problem) {
    found.push({ tone: 'warn', text: ['The last backup failed: ', given(backup.problem)] });
  } else if (backup?.age_s > kSchedulesUntilOld * backup?.every_hours * 3600) {
    found.push({ tone: 'warn', text: ['The last backup is old: it was made ', when(backup.last_at), '.'] });
  }
  return found;
}

function certificateText(days) {
  return days < 0
    ? "The receiver's certificate has expired: senders refuse to connect."
    : `The receiver's certificate expires in ${plural(days, 'day')}.`;
}

function ofDestination({ name, health, reason, configured, deliveries }) {
  const href = address(['destinations', name]);
  const because = reason ? [': ', given(reason)] : '.';
  if (health === 'misconfigured')
    return [{ tone: 'bad', href, text: [given(name), ' refuses everything', because] }];
  if (health === 'open') return [{ tone: 'bad', href, text: [given(name), ' is down', because] }];
  if (health === 'paused') return [{ tone: 'warn', href, text: [given(name), ' is paused', because] }];
  if (!configured && deliveries.pending > 0) {
    return [
      {
        tone: 'warn',
        href,
        text: [
          `${plural(deliveries.pending, 'lead waits', 'leads wait')} for `,
          given(name),
          ', which is not in the configuration.',
        ],
      },
    ];
  }
  return [];
}

function ofLeads({ deliveries, dispositions, unrouted }) {
  const found = [];
  const { dead, held } = deliveries;
  if (dead > 0)
    found.push({ tone: 'bad', href: '#/dead', text: `${plural(dead, 'dead letter')} to mend or give up.` });
  if (dispositions.quarantined > 0) {
    found.push({
      tone: 'warn',
      href: address('leads', { disposition: 'quarantined' }),
      text: `${plural(dispositions.quarantined, 'lead')} could not be read.`,
    });
  }
  if (unrouted > 0) {
    found.push({
      tone: 'warn',
      href: address('leads', { unrouted: 'true' }),
      text: `${plural(unrouted, 'lead is', 'leads are')} wanted by no destination.`,
    });
  }
  if (held > 0) {
    found.push({
      tone: 'info',
      href: address('leads', { state: 'held' }),
      text: `${count(held)} held until somebody releases ${held === 1 ? 'it' : 'them'}.`,
    });
  }
  return found;
}

function ofSource({ name, silent }) {
  return silent
    ? [
        {
          tone: 'warn',
          href: '#/sources',
          text: ['No lead from ', given(name), ' for longer than expected.'],
        },
      ]
    : [];
}

export function attentionList(found) {
  if (found.length === 0) return h('p', { class: 'all-well' }, 'Nothing needs you right now.');
  return h(
    'ul',
    { class: 'attention card' },
    found.map(({ tone, text, href }) =>
      h(
        'li',
        { class: `mark-${tone}`, 'data-entry': Boolean(href) },
        href ? link(text, href) : h('span', null, text),
      ),
    ),
  );
}
