"""Synthetic but plausible profiles: whole people first, who do not contradict themselves; then 40 % of the facts are left out.

Seeded: the same numbers give the same profiles on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

LEFT_OUT = 0.4
_PRODUCTS = {"jiebei": 55, "huabei": 25, "xinyongdai": 8, "xinyonggou": 4, "wangshangdai": 8}
_CHANGES = {
    "cut": 30,
    "zero": 14,
    "frozen": 8,
    "closed": 14,
    "vanished": 12,
    "renamed": 6,
    "never_had": 6,
    "cannot_borrow_full": 10,
}
_MESSAGES = {
    "none": 35,
    "assessment_failed": 22,
    "temporarily_unavailable": 10,
    "account_risk": 4,
    "verify_identity": 4,
    "authorisation_required": 2,
    "temporary_limit_expired": 3,
    "lender_changed": 3,
    "system_busy": 4,
    "over_per_loan_cap": 3,
    "suspected_scam": 1,
    "scene_unsupported": 3,
    "lender_stopped": 2,
    "other": 4,
}
_USES = {
    "daily": 50,
    "education": 6,
    "medical": 6,
    "renovation": 8,
    "housing": 3,
    "stocks_or_funds": 3,
    "business": 10,
    "repay_other_debt": 8,
    "lent_to_others": 2,
    "gambling": 0.5,
    "other": 4,
}
_RARE = {  # things that hold for few; the chance of each
    "line.closed_by_self": 0.03,
    "line.lowered_by_self": 0.03,
    "line.was_temporary": 0.06,
    "line.others_report_same_day": 0.08,
    "line.still_usable": 0.08,
    "line.works_elsewhere": 0.1,
    "line.other_alipay_credit_unchanged": 0.5,
    "activity.assets_withdrawn": 0.15,
    "borrowing.minimum_or_rollover": 0.15,
    "repayment.overdue_in_alipay": 0.05,
    "repayment.overdue_elsewhere": 0.08,
    "repayment.auto_debit_failed": 0.05,
    "repayment.repayment_not_posted": 0.03,
    "repayment.bank_card_problem": 0.04,
    "credit.report_checked": 0.35,
    "credit.report_bad_record": 0.08,
    "credit.report_unknown_loan": 0.01,
    "credit.guarantee_went_bad": 0.01,
    "credit.court_enforcement": 0.01,
    "credit.zhima_breach": 0.03,
    "account.identity_expired": 0.05,
    "account.identity_incomplete": 0.1,
    "account.authorisation_refused": 0.04,
    "account.unusual_login_place": 0.1,
    "account.security_alert": 0.06,
    "account.taken_over": 0.01,
    "account.whole_account_restricted": 0.02,
    "account.has_other_accounts": 0.25,
    "account.accounts_share_device": 0.1,
    "account.old_bills_missing": 0.03,
    "account.checked_after_update": 0.6,
    "account.cash_out": 0.02,
    "account.score_gaming": 0.02,
    "account.unusual_transactions": 0.04,
    "account.gambling_or_fraud_linked": 0.01,
    "account.suspicious_contact": 0.03,
    "account.paid_agent": 0.02,
    "person.student": 0.06,
    "person.income_dropped": 0.15,
    "person.job_changed": 0.15,
    "person.mainland_resident": 0.98,
}


def people(number: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """``number`` profiles, nested as in a profile file."""
    random = Random(seed)
    for count in range(number):
        kept = {fact: value for fact, value in _person(random).items() if random.random() >= LEFT_OUT}
        nested: dict[str, Any] = {"id": f"T{count:07}"}
        for fact, value in kept.items():
            section, _, key = fact.rpartition(".")
            if section:
                nested.setdefault(section, {})[key] = value
            else:
                nested[key] = value
        yield nested


def _pick(random: Random, weights: Mapping[str, float]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def _few(random: Random, mean: float) -> int:
    """A count: often nothing, seldom much."""
    return int(random.expovariate(1 / (mean + 0.5)))


def _amount(random: Random, low: int, high: int) -> int:
    amount = int(low * (high / low) ** random.random())
    step = 100 if amount < 5000 else 500 if amount < 30000 else 1000
    return max(step, amount // step * step)


def _person(random: Random) -> dict[str, Any]:
    person: dict[str, Any] = {fact: random.random() < chance for fact, chance in _RARE.items()}
    product, change = _pick(random, _PRODUCTS), _pick(random, _CHANGES)
    year, month, day = random.choice((2023, 2024, 2025, 2025, 2026)), random.randint(1, 12), random.randint(1, 28)
    later = min(28, day + random.randint(0, 20))
    person |= {
        "line.product": product,
        "line.change": change,
        "line.changed_on": f"{year}-{month:02}" if random.random() < 0.3 else f"{year}-{month:02}-{day:02}",
        "as_of": f"{year}-{month:02}-{later:02}",
        "line.message": _pick(random, _MESSAGES),
        "line.decline": random.choice(("sudden", "sudden", "gradual")),
        "line.entry_now": product if random.random() < 0.6 else random.choice((*_PRODUCTS, "none")),
        "line.lender_shown": _pick(random, {"ant_consumer_finance": 50, "bank": 30, "mybank": 10, "none": 10}),
        "line.rate_before": random.choice((5.4, 9.0, 10.95, 12.6, 14.6, 16.4, 18.0)),
        "line.wangshangdai_limit": 0 if random.random() < 0.7 else _amount(random, 1000, 100000),
        "activity.account_age_months": random.randint(20, 180),
        "activity.payments_per_month": _few(random, 25),
        "activity.months_since_last_payment": 0 if random.random() < 0.9 else random.randint(1, 6),
        "activity.huabei_use": _pick(random, {"none": 25, "occasional": 30, "regular": 45}),
        "account.profile_changes_6m": _few(random, 0.4),
        "account.devices_3m": 1 + _few(random, 0.3),
        "credit.inquiries_3m": _few(random, 2),
        "credit.applications_rejected_3m": _few(random, 0.4),
        "credit.lenders_with_balance": _few(random, 1.5),
        "credit.monthly_debt_service_ratio": round(random.betavariate(2, 4), 2),
        "credit.card_utilisation": round(random.betavariate(2, 3), 2),
        "credit.zhima_trend": _pick(random, {"stable": 70, "dropped": 20, "rose": 10}),
        "person.age": random.randint(18, 60),
        "person.merchant": product == "wangshangdai" or random.random() < 0.1,
    }
    person["person.merchant_sales_dropped"] = person["person.merchant"] and random.random() < 0.3
    if change == "never_had":
        for fact in ("line.closed_by_self", "line.lowered_by_self"):
            person[fact] = False
        return person | {"activity.ever_borrowed": False, "line.in_use": 0, "borrowing.open_loans": 0, "repayment.overdue_now": False}
    return person | _line(random, change) | _borrowing(random)


def _line(random: Random, change: str) -> dict[str, Any]:
    before = _amount(random, 500, 280000)
    after = {
        "cut": before // random.choice((2, 3, 4, 5, 10)) // 100 * 100,
        "cannot_borrow_full": before,
        "renamed": before,
        "frozen": before if random.random() < 0.5 else 0,
    }.get(change, 0)
    return {"line.limit_before": before, "line.limit_after": after}


def _borrowing(random: Random) -> dict[str, Any]:
    if random.random() < 0.1:
        return {"activity.ever_borrowed": False, "line.in_use": 0, "borrowing.open_loans": 0, "repayment.overdue_now": False}
    idle = _few(random, 4)
    half_year = 0 if idle >= 6 else 1 + _few(random, 2)
    month = min(half_year, _few(random, 1)) if idle == 0 else 0
    overdue = _few(random, 0.2)
    owing = random.random() < 0.4
    return {
        "activity.ever_borrowed": True,
        "activity.months_since_last_borrow": idle,
        "borrowing.loans_last_6m": half_year,
        "borrowing.loans_last_30d": month,
        "borrowing.early_repaid_last_6m": random.randint(0, half_year),
        "borrowing.last_loan_amount": _amount(random, 100, 50000),
        "borrowing.last_loan_days_held": random.choice((1, 2, 3, 7, 14, 30, 60, 90, 180, 365)),
        "borrowing.days_from_repayment_to_change": random.choice((0, 1, 3, 7, 20, 30, 60, 100, 200, 400)) + _few(random, 3),
        "borrowing.borrowed_to_test": random.random() < 0.06,
        "borrowing.open_loans": random.randint(1, 4) if owing else 0,
        "borrowing.use_of_funds": sorted({_pick(random, _USES) for _ in range(random.choice((1, 1, 1, 2)))}),
        "line.in_use": _amount(random, 500, 30000) if owing else 0,
        "repayment.overdue_now": overdue > 0 and random.random() < 0.4,
        "repayment.overdue_times_12m": overdue,
        "repayment.overdue_max_days_12m": random.randint(1, 60) if overdue else 0,
    }
