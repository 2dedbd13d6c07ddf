// What a delivery's state, and the cause of a dead one, mean for the person who looks at it.
//
// Pure. The cause is the CRM's own words, so what is said here goes by how it begins.

const kByBeginning = [
  [/^HTTP 4(00|22)\b/, 'The CRM refuses what this lead says. Revise what it complains about, then redrive.'],
  [
    /^HTTP 403\b/,
    'The CRM refuses this lead while it takes others. Look whether a firewall or rule dislikes its text.',
  ],
  [/^HTTP 409\b/, 'The CRM holds something that conflicts with this lead. Look there before you redrive.'],
  [/^HTTP 413\b/, 'The lead is too large for the CRM. Shorten its description, then redrive.'],
  [
    /^HTTP (500|502|504)\b/,
    'The CRM failed each time this lead came. It may be the CRM or something in the lead: redrive one and see.',
  ],
  [/^HTTP 4\d\d\b/, 'The CRM refuses this lead. Preview the request to see what it was given.'],
  [
    /missing|required|has no value/i,
    'A value that the CRM requires is empty. Revise the lead or mend the mapping, then redrive.',
  ],
  [
    /no answer|timed out|time-out|broke/i,
    'The request went out and no answer came: the CRM may have the lead. Look there before you redrive.',
  ],
  [
    /process|crash|died/i,
    'The service stopped three times while it tried this lead. Redrive one alone and watch the service.',
  ],
  [/mail server refused/i, 'The mail server refuses this letter. Look at the address, then redrive.'],
];

export function meaningOfCause(cause) {
  const known = kByBeginning.find(([pattern]) => pattern.test(cause));
  return known ? known[1] : 'Preview the request, mend what the destination complains about, then redrive.';
}

export function meaningOfState(delivery) {
  switch (delivery.state) {
    case 'pending':
      return delivery.attempt_count === 0
        ? 'Waits for its first attempt.'
        : 'Not there yet; it is tried again by itself.';
    case 'claimed':
      return 'An attempt is under way.';
    case 'delivered':
      return 'The destination has it.';
    case 'dead':
      return meaningOfCause(delivery.cause ?? '');
    case 'held':
      return 'Waits for a person: release it to deliver it, or discard it.';
    case 'discarded':
      return 'A person decided that it is not to be delivered.';
    default:
      return '';
  }
}

export function meaningOfDisposition(lead) {
  switch (lead.disposition) {
    case 'deliver':
      return 'To be delivered to every destination that wants it.';
    case 'test':
      return 'A test of the marketplace, not a person.';
    case 'do_not_contact':
      return 'Another partner was contacted; this person is not to be.';
    case 'duplicate':
      return 'The same content came before, so it is not delivered again.';
    case 'probe':
      return 'A request without a body: the documented way of testing the address. Nothing to deliver.';
    case 'quarantined':
      return 'It could not be read as a lead. It is kept as it came: give it fields or a body that can be read.';
    default:
      return '';
  }
}
