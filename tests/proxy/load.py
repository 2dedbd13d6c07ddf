"""Leads from several addresses at once, each unlike any other, and what became of them."""
import concurrent.futures
import threading

from facts import expect
from installation import lead, until

ADDRESSES = [f"127.0.0.{number}" for number in range(11, 21)]
AT_ONCE = 8


class Sent:
    def __init__(self, name, address, answer):
        self.name = name
        self.address = address
        self.status = answer.status
        self.id = answer.json()["id"] if answer.status == 202 else None


class Load:
    def __init__(self, sender):
        self.sender = sender

    def send(self, name, address=ADDRESSES[0], headers=None):
        return Sent(name, address, self.sender.post(lead(name), headers, address=address))

    def send_many(self, names):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda numbered: self.send(numbered[1], ADDRESSES[numbered[0] % len(ADDRESSES)]),
                                 enumerate(names)))

    def send_while(self, name, disturb):
        """Without a pause from several threads while disturb() runs, and once more after it."""
        ended = threading.Event()

        def send_until_ended(thread):
            sent = []
            while not ended.is_set():
                sent.append(self.send(f"{name}-{thread}-{len(sent)}", ADDRESSES[thread]))
            return sent

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            threads = [pool.submit(send_until_ended, thread) for thread in range(AT_ONCE)]
            try:
                disturb()
            finally:
                ended.set()
            return [each for thread in threads for each in thread.result()] + [self.send(f"{name}-after")]


def expect_statuses(sent, wanted):
    counts = {}
    for each in sent:
        counts[each.status] = counts.get(each.status, 0) + 1
    expect(set(counts) == wanted, f"of {len(sent)} leads so many were answered with each status: {counts}")


def expect_stored_once(installation, sent):
    """All that was acknowledged is stored, with the sender's address; and nothing twice, acknowledged or not."""
    by_company = {}
    for each in installation.stored().values():
        by_company.setdefault(each["company"], []).append(each)
    for each in sent:
        found = by_company.get(f"Contoso {each.name}", [])
        expect(len(found) <= 1, f"{each.name} ({each.status}) is stored {len(found)} times")
        if each.status != 202:
            continue
        expect([stored["id"] for stored in found] == [each.id], f"{each.name}, acknowledged as {each.id}, is lost")
        expect(found[0]["remote_address"] == each.address,
               f"{each.name} came from {each.address}, stored is {found[0]['remote_address']}")


def expect_delivered_once(installation, sent):
    wanted = {each.id for each in sent if each.id}
    until(lambda: wanted <= set(installation.records_of_crm()), "all are delivered")
    often = {key: times for key, times in installation.records_of_crm().items() if key in wanted and times != 1}
    expect(not often, f"the CRM got some more than once: {often}")
