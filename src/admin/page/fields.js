// The fields of a lead, as people call them.

// In the API's order. `personal`: masked until revealed.
export const kFields = [
  { name: 'first_name', label: 'First name', personal: true },
  { name: 'last_name', label: 'Last name', personal: true },
  { name: 'email', label: 'E-mail', personal: true },
  { name: 'phone', label: 'Phone', personal: true },
  { name: 'country', label: 'Country' },
  { name: 'company', label: 'Company' },
  { name: 'title', label: 'Job title' },
  { name: 'offer_title', label: 'Offer' },
  { name: 'lead_source', label: 'Lead source' },
  { name: 'publisher', label: 'Publisher' },
  { name: 'offer_id', label: 'Offer id' },
  { name: 'action_code', label: 'Action code' },
  { name: 'description', label: 'Description', personal: true, long: true },
];

// What the API gives in place of a text that is masked as a whole.
export const kMasked = '•••';

export const kFieldNames = kFields.map((field) => field.name);

export const kStates = ['pending', 'claimed', 'delivered', 'dead', 'held', 'discarded'];
export const kDispositions = ['deliver', 'test', 'do_not_contact', 'duplicate', 'probe', 'quarantined'];

const labels = new Map(kFields.map((field) => [field.name, field.label]));

export function fieldLabel(name) {
  return labels.get(name) ?? name;
}

export function dispositionLabel(disposition) {
  return disposition.replaceAll('_', ' ');
}

// The person's name as far as it is known, masked or not.
export function personName(lead) {
  return [lead.first_name, lead.last_name].filter(Boolean).join(' ');
}
