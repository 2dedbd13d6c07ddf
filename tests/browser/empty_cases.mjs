// A service that has received nothing yet teaches how to begin.
export const cases = {
  'without any lead every view tells what to do or that all is well': async (reader) => {
    await reader.open('#/leads', 'Leads');
    await reader.sees('No lead has come yet');
    await reader.sees(/leadspool send/);
    await reader.checkAccess('the empty list of leads');
    await reader.shoot('leads-empty-1440-light');
    await reader.open('#/dead', 'Dead letters');
    await reader.sees('Nothing is dead');
    await reader.open('#/redrives', 'Redrives');
    await reader.sees('Nothing was redriven yet');
    await reader.open('#/', 'Overview');
    await reader.sees(/leadspool send/);
    await reader.shoot('overview-empty-1440-light');
  },

  'the first lead shows where the lesson was': async (reader, service) => {
    await reader.open('#/leads', 'Leads');
    await reader.sees('No lead has come yet');
    const id = await service.send();
    await reader.page.locator(`a[href="#/leads/${id}"]`).waitFor();
  },
};
