"""Runs a block of the page on the cases in a folder: driver.py MODULE FUNCTION FORM CASES."""

import importlib
import pathlib
import sys

module, function, form, cases = sys.argv[1:]
verify = getattr(importlib.import_module(module), function)


def is_verified(case: pathlib.Path) -> bool:
    def read(name: str) -> str:
        return (case / name).read_bytes().decode()

    secret, body = read("secret"), (case / "body").read_bytes()
    if form == "own":
        return verify(secret, read("own"), body)
    if form == "texts":
        return verify(secret, read("id"), read("timestamp"), read("signatures"), body)
    # Servers keep the received spelling of header names, or change its case.
    headers = {
        "Webhook-Id": read("id"),
        "webhook-timestamp": read("timestamp"),
        "WEBHOOK-SIGNATURE": read("signatures"),
        "content-type": "application/json",
    }
    try:
        verify(secret.encode() if read("form") == "plain" else secret, headers, body)
    except Exception as refusal:
        print(f"{case.name}: {refusal!r}", file=sys.stderr)
        return False
    return True


for case in sorted(pathlib.Path(cases).iterdir()):
    print(case.name, "verified" if is_verified(case) else "refused")
