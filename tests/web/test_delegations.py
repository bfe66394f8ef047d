"""What a buyer and an organiser read of a delegation: one place in the list, and the names of those who come along."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select, update

from app.db.models import Meeting, Organisation
from app.services import access, matching, sampling
from app.services.events import find_event
from tests.web.conftest import BUYER, EVENT, Site


def _best(page: str) -> list[str]:
    """Ids of the suppliers of a ranked list, in their order."""
    return re.findall(r'<li class="card stack" id="s-([0-9a-f-]{36})">', page)


def test_a_buyer_reads_who_comes_with_whom(site: Site) -> None:
    with site.client(BUYER) as buyer:
        wish = re.findall(r'href="(/my/sourcing/[0-9a-f-]{36})"', buyer.get("/my/sourcing").text)[0]
        member, body = _best(buyer.get(wish).text)[:2]
    with site.database.write() as session:
        session.execute(update(Meeting).values(status="cancelled"))  # who has meetings cannot join a body any more
        rows = session.scalars(select(Organisation).where(Organisation.id.in_([UUID(member), UUID(body)])))
        codes = {str(row.id): (row.code, row.name) for row in rows}
    with site.client() as organiser:
        one = f"/events/{EVENT}/participants/{codes[member][0]}"
        assert organiser.post(f"{one}/delegation", data={"delegation": codes[body][0]}).status_code == 303
        assert codes[member][1] in organiser.get(f"/events/{EVENT}/participants/{codes[body][0]}").text
    with site.database.write() as session:
        actor = access.organiser_of(session, sampling.TENANT)
        run_id = matching.start_run(session, actor, find_event(session, actor, EVENT)).id
    matching.execute(site.database, run_id)
    for lang, words in (("en", "Together with {name}"), ("zh", "与{name}一起"), ("fr", "Avec {name}")):
        with site.client(BUYER, lang) as buyer:
            page = buyer.get(wish).text
        assert body in _best(page)
        assert member not in _best(page)
        assert words.format(name=codes[member][1]) in page, lang
