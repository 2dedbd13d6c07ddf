// The view of all leads: which are shown (lead_filter_bar.js), a page of them (lead_table.js), and what can be done
// with those that are selected. The filter and the place in the list are in the address.
//
// New leads appear by themselves at the top of the first page while nobody works there; otherwise they wait behind
// a button that tells how many they are.
import { ApiError, get } from './api.js';
import { bulkActions } from './bulk.js';
import { exportLeads } from './export.js';
import { filterOf, isEmpty } from './lead_filter.js';
import { filterBar } from './lead_filter_bar.js';
import { loadPage } from './lead_pages.js';
import { leadTable } from './lead_table.js';
import { noLeads } from './no_leads.js';
import { address, rewrite } from './route.js';
import { mayChange } from './session.js';
import { follow, liveSwitch } from './stream.js';
import { plural, when } from './time.js';
import { button, errorBox, h, loading, notice, pager, replaceChildren, toast, viewHead } from './ui.js';

export async function show(view) {
  view.title('Leads');
  const list = new LeadList(view);
  const status = await get('/api/v1/status', {}, { signal: view.signal });
  // The sources are only there to be chosen from.
  const sources = await get('/api/v1/sources', {}, { signal: view.signal }).catch(() => null);
  list.begin(status, sources?.sources);
  await list.load();
  if (view.parameters.get('focus') === 'search') view.root.querySelector('[data-search]').focus();
}

class LeadList {
  constructor(view) {
    this.view = view;
    this.filter = filterOf(view.parameters);
    this.cursor = view.parameters.get('cursor');
    this.before = []; // the cursors of the pages that led here
    this.page = { leads: [], next: null, lookedBackTo: null };
    this.selected = mayChange() ? new Set() : null;
    this.waiting = 0; // new leads that are not shown yet
  }

  begin(status, sources) {
    this.news = h('div', { class: 'news', role: 'status' });
    this.actions = h('div', {
      class: 'selection',
      role: 'region',
      'aria-label': 'Selected leads',
      hidden: true,
    });
    this.results = h('div', { class: 'results', 'aria-busy': 'true' }, loading());
    this.bar = filterBar({
      filter: this.filter,
      status,
      sources,
      onchange: (filter) => this.change(filter),
    });
    replaceChildren(
      this.view.root,
      viewHead(
        'Leads',
        liveSwitch(this.view.signal),
        button('Export', { title: 'Save what matches as a file', onclick: () => exportLeads(this.filter) }),
      ),
      this.bar,
      this.news,
      this.results,
      this.actions,
    );
    follow(this.view.signal, ({ changes, gap }) => this.heard(changes, gap));
  }

  // Another filter begins at the newest lead again.
  change(filter) {
    this.filter = filter;
    this.before = [];
    this.bar.show(filter);
    return this.open(null);
  }

  open(cursor) {
    this.cursor = cursor;
    this.selected?.clear();
    rewrite(address('leads', { ...this.filter, cursor }));
    return this.load();
  }

  async load() {
    const wanted = (this.wanted = {});
    this.results.setAttribute('aria-busy', 'true');
    try {
      const page = await loadPage(this.filter, { cursor: this.cursor, signal: this.view.signal });
      // A slower answer to an older question would replace what was asked for since.
      if (wanted !== this.wanted) return;
      this.page = page;
      this.setWaiting(0);
      this.fill();
    } catch (error) {
      if (this.view.signal.aborted || wanted !== this.wanted) return;
      if (!(error instanceof ApiError)) throw error;
      replaceChildren(
        this.results,
        errorBox(error, () => this.load()),
      );
    }
    this.results.setAttribute('aria-busy', 'false');
  }

  async goOn() {
    const wanted = (this.wanted = {});
    const more = await loadPage(this.filter, { cursor: this.page.next, signal: this.view.signal }).catch(
      (error) => toast(error.message, 'bad'),
    );
    if (!more || this.view.signal.aborted || wanted !== this.wanted) return;
    this.page = { ...more, leads: [...this.page.leads, ...more.leads] };
    this.fill();
  }

  fill() {
    const { leads, next, lookedBackTo } = this.page;
    const focused = document.activeElement?.closest('[data-entry] a')?.getAttribute('href');
    replaceChildren(
      this.results,
      leads.length > 0
        ? leadTable(leads, { selected: this.selected, onselect: () => this.fillActions() })
        : !next && noLeads(this.filter, this.cursor, (filter) => this.change(filter)),
      lookedBackTo && this.shortNotice(lookedBackTo),
      (this.cursor || next) &&
        pager({ newer: this.cursor && (() => this.newer()), older: next && (() => this.older()) }),
    );
    this.fillActions();
    if (focused)
      this.results.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  shortNotice(time) {
    return notice(
      'info',
      h(
        'p',
        null,
        'Looked back to ',
        when(time),
        this.page.leads.length > 0 ? '; no more yet.' : ', nothing yet.',
      ),
      button('Look further back', { onclick: () => this.goOn() }),
    );
  }

  older() {
    this.before.push(this.cursor);
    scrollTo(0, 0);
    return this.open(this.page.next);
  }

  // A page that was opened by its address does not know the one before it, so it leads to the newest.
  newer() {
    scrollTo(0, 0);
    return this.open(this.before.pop() ?? null);
  }

  isBusy() {
    return this.selected?.size > 0 || scrollY > 80 || this.results.contains(document.activeElement);
  }

  async heard(changes, gap) {
    this.countAgain();
    const { wanted } = this;
    const shown = new Set(this.page.leads.map((lead) => lead.id));
    const isShownChanged = changes.some((change) => change.kind !== 'received' && shown.has(change.lead));
    const mayHaveNew = gap || changes.some((change) => change.kind === 'received' || !isEmpty(this.filter));
    if (!isShownChanged && !(mayHaveNew && this.cursor === null) && !gap) return;
    const page = await loadPage(this.filter, { cursor: this.cursor, signal: this.view.signal }).catch(
      () => null,
    );
    if (page === null || this.view.signal.aborted || wanted !== this.wanted) return;
    const fresh = page.leads.filter((lead) => !shown.has(lead.id));
    if (fresh.length === 0 || !this.isBusy()) {
      this.page = page;
      this.setWaiting(0);
    } else {
      const now = new Map(page.leads.map((lead) => [lead.id, lead]));
      this.page.leads = this.page.leads.map((lead) => now.get(lead.id) ?? lead);
      this.setWaiting(fresh.length);
    }
    this.fill();
  }

  // Left alone when it cannot be asked for: the counts are only beside the matter.
  async countAgain() {
    const status = await get('/api/v1/status', {}, { signal: this.view.signal }).catch(() => null);
    if (status) this.bar.show(this.filter, status);
  }

  setWaiting(number) {
    if (number === this.waiting) return;
    this.waiting = number;
    replaceChildren(
      this.news,
      number > 0 &&
        button(`${plural(number, 'new lead')}: show`, {
          kind: 'primary',
          onclick: () => {
            scrollTo(0, 0);
            this.open(null);
          },
        }),
    );
  }

  fillActions() {
    if (!this.selected) return;
    this.actions.hidden = this.selected.size === 0;
    if (this.actions.hidden) return replaceChildren(this.actions);
    replaceChildren(
      this.actions,
      bulkActions({
        selected: this.selected,
        filter: this.filter,
        isAll: this.page.leads.length === this.selected.size && !this.page.next && !this.cursor,
        onselect: (ids) => {
          this.selected.clear();
          for (const id of ids) this.selected.add(id);
          this.fill();
        },
        shown: this.page.leads.map((lead) => lead.id),
        done: () => this.load(),
      }),
    );
  }
}
