// The view of one lead: what it says, where its deliveries are, and everything that happened to it.
//
// Personal data is masked until the person asks to see it, which is kept in the lead's history. What needs it (the
// body, a revision) reveals it first.
import { get, oneChange, request } from './api.js';
import { deliveriesSection } from './lead_deliveries.js';
import { dispositionCard, fieldsCard, leadTitle, receiptCard } from './lead_facts.js';
import { changeButtons, eraseLead, exportPerson, possibleFor } from './lead_actions.js';
import { reviseLead } from './lead_revise.js';
import { leadTimeline } from './lead_timeline.js';
import { livePanel } from './panel.js';
import { showRequest } from './request_view.js';
import { absolute } from './time.js';
import { tombstone } from './tombstone.js';
import {
  badge,
  button,
  changeButton,
  copyButton,
  given,
  h,
  notice,
  replaceChildren,
  section,
  toast,
  viewHead,
} from './ui.js';

export async function show(view) {
  const page = new LeadPage(view);
  // The first answer is awaited, so that a lead that is not there is told in place of the view.
  page.first = await page.load();
  await page.begin();
}

class LeadPage {
  constructor({ root, part, signal, title }) {
    this.root = root;
    this.id = part;
    this.path = `/api/v1/leads/${encodeURIComponent(part)}`;
    this.signal = signal;
    this.title = title;
    this.isRevealed = false;
    this.payload = null;
    this.opened = new Set(); // the details that are open, which stay so when the lead is shown again
    this.send = oneChange();
  }

  load() {
    if (this.first) {
      const first = this.first;
      this.first = null;
      return Promise.resolve(first);
    }
    return get(this.path, this.isRevealed ? {} : { masked: true }, { signal: this.signal });
  }

  // Done once the lead is shown.
  async begin() {
    const shown = new Promise((resolve) => {
      this.onshown = resolve;
    });
    this.panel = livePanel({
      signal: this.signal,
      load: () => this.load(),
      render: (lead) => this.render(lead),
      concerns: (change) => change.lead === this.id || change.kind === 'redrive',
    });
    replaceChildren(this.root, this.panel);
    this.panel.addEventListener('toggle', ({ target }) => this.noteToggle(target), true);
    await shown;
  }

  noteToggle({ open, dataset }) {
    if (open) this.opened.add(dataset.key);
    else this.opened.delete(dataset.key);
  }

  async reveal() {
    if (this.isRevealed) return true;
    try {
      this.first = await this.send('POST', `${this.path}/reveal`, {});
      this.isRevealed = true;
    } catch (error) {
      toast(error.message, 'bad');
      return false;
    }
    await this.panel.reload();
    return true;
  }

  async showPayload() {
    if (!(await this.reveal())) return;
    try {
      this.payload = await this.receivedBody();
    } catch (error) {
      return toast(error.message, 'bad');
    }
    this.fill();
  }

  async receivedBody(revision = null) {
    const path = `${this.path}/payload${revision === null ? '' : `?revision=${revision}`}`;
    const response = await request('GET', path, { signal: this.signal, accept: '*/*' });
    return response.text();
  }

  async revise() {
    if (!(await this.reveal())) return;
    const isQuarantined = this.lead.disposition === 'quarantined';
    const payload = isQuarantined ? await this.receivedBody() : '';
    const revised = await reviseLead(this.lead, { payload });
    for (const warning of revised?.warnings ?? []) toast(warning, 'warn');
    this.panel.reload();
  }

  async exportData() {
    if (await this.reveal()) await exportPerson(this.lead.email, this.lead);
  }

  fill() {
    const content = this.panel.querySelector('.panel-content');
    replaceChildren(content, this.render(this.lead));
  }

  actions(lead) {
    const possible = possibleFor(lead);
    const done = () => this.panel.reload();
    return [
      lead.masked &&
        button('Reveal', {
          title: 'Shows the personal data; that you looked is kept in the history',
          onclick: () => this.reveal(),
        }),
      possible.revise && changeButton('Revise', { onclick: () => this.revise() }),
      changeButtons(lead, null, done),
      copyButton(lead.id, 'Copy the id'),
    ];
  }

  render(lead) {
    this.lead = lead;
    this.onshown();
    if (lead.erased_at) {
      this.title('Erased lead');
      return tombstone(lead);
    }
    // The tab's title goes to the browser's history, which is no place for a name.
    this.title(`Lead of ${lead.company || lead.source}`);
    const done = () => this.panel.reload();
    const several = lead.deliveries.length > 1;
    const node = h(
      'div',
      { class: 'lead' },
      this.head(lead),
      h(
        'div',
        { class: 'lead-main' },
        deliveriesSection(lead, {
          actionsOf: ({ destination }) => (several ? changeButtons(lead, destination, done) : null),
          onpreview: (destination) => showRequest(destination, this.id),
        }),
        section('What happened', leadTimeline(lead)),
      ),
      h(
        'div',
        { class: 'lead-side' },
        fieldsCard(lead),
        dispositionCard(lead),
        receiptCard(lead, { payload: this.payload, onpayload: () => this.showPayload() }),
        this.rareActions(lead),
      ),
    );
    this.keepOpen(node);
    return node;
  }

  head(lead) {
    return h(
      'div',
      { class: 'lead-head' },
      viewHead(leadTitle(lead), this.actions(lead)),
      h(
        'p',
        { class: 'dotted muted' },
        h('span', null, badge(lead.disposition)),
        h('span', null, given(lead.company, 'no company')),
        h('span', null, given(lead.offer_title, 'no offer')),
        h('span', null, absolute(lead.received_at)),
      ),
      lead.masked ? h('p', { class: 'muted small' }, 'Personal data is masked.') : null,
      this.isRevealed
        ? notice('info', h('p', null, 'Personal data is shown; that you looked is in the history.'))
        : null,
    );
  }

  rareActions(lead) {
    const canErase = possibleFor(lead).erase;
    return section(
      'More',
      h(
        'div',
        { class: 'row' },
        lead.email ? button('Export this person’s data', { onclick: () => this.exportData() }) : null,
        canErase && changeButton('Erase …', { onclick: () => eraseLead(lead, () => this.panel.reload()) }),
      ),
    );
  }

  keepOpen(node) {
    for (const [index, each] of [...node.querySelectorAll('details')].entries()) {
      each.dataset.key ??= `${each.querySelector('summary').textContent}-${index}`;
      if (this.opened.has(each.dataset.key)) each.open = true;
    }
  }
}
