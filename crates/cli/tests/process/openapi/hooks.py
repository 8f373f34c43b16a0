"""Restricts subscription URLs in generated calls to this machine, so that no delivery leaves it."""

import schemathesis

LOOPBACK = "https://127.0.0.1:9/"


@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if isinstance(body, dict) and str(body.get("url", "")).startswith("http"):
        body["url"] = LOOPBACK


@schemathesis.hook
def filter_case(context, case):
    """A parameter without a value counts as absent, so it breaks no rule of the document."""
    return not any(value in ("", [], [""], None) for value in (case.query or {}).values())
