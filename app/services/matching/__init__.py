"""Rank suppliers for requests and requests for suppliers; the only door to the ranking engine."""

from app.services.matching.both_ways import supplier_reasons
from app.services.matching.comparing import side_by_side
from app.services.matching.evaluating import evaluate_run
from app.services.matching.evenness import evenness_curve
from app.services.matching.learned import read_learned
from app.services.matching.lessons import learn, lessons_of
from app.services.matching.lifts import supplier_lifts, supplier_lifts_kept
from app.services.matching.lists import (
    RankedList,
    best_of_buyers,
    explain_pair,
    ranked_list,
    ranked_lists,
    read_stored,
    stored,
)
from app.services.matching.live import rank_live
from app.services.matching.naming import field_name, field_names
from app.services.matching.newcomers import Partner, partners_of
from app.services.matching.overview import (
    products_of,
    ranked_requests,
    ranked_suppliers,
    recent_runs,
    unranked,
    unserved,
)
from app.services.matching.run import execute, start_run
from app.services.matching.shards import execute as execute_shard
from app.services.matching.suppliers_side import matches_of, requests_for, title_of
from app.services.matching.unmet import unmet_demand, unmet_demand_kept
from app.services.matching.why import list_of, pair_of

__all__ = [
    "Partner",
    "RankedList",
    "best_of_buyers",
    "evaluate_run",
    "evenness_curve",
    "execute",
    "execute_shard",
    "explain_pair",
    "field_name",
    "field_names",
    "learn",
    "lessons_of",
    "list_of",
    "matches_of",
    "pair_of",
    "partners_of",
    "products_of",
    "rank_live",
    "ranked_list",
    "ranked_lists",
    "ranked_requests",
    "ranked_suppliers",
    "read_learned",
    "read_stored",
    "recent_runs",
    "requests_for",
    "side_by_side",
    "start_run",
    "stored",
    "supplier_lifts",
    "supplier_lifts_kept",
    "supplier_reasons",
    "title_of",
    "unmet_demand",
    "unmet_demand_kept",
    "unranked",
    "unserved",
]
