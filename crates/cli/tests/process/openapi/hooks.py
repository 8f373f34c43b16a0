"""Restricts subscription URLs in generated calls to this machine, so that no delivery leaves it."""

import schemathesis

LOOPBACK = "https://127.0.0.1:9/"


@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if isinstance(body, dict) and str(body.get("url", "")).startswith("http"):
        body["url"] = LOOPBACK


TIMES = ("after", "before")


@schemathesis.hook
def filter_case(context, case):
    """Leaves out queries in which the server sees no value, and which therefore break no rule of the document.

    A list without values and null are not sent. An empty time is allowed (`allowEmptyValue`), which the tool knows of all
    types but of formats.
    """
    query = case.query or {}
    return not any(value in ([], [""], None) or value == "" and name in TIMES for name, value in query.items())
