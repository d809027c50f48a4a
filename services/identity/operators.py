"""What is said to identity from a shell, by whoever runs it.

    python -m services.identity.operators grant --phone 13800008888

makes the phone's account the housing bureau; every other role is given over the API, by it and by
the street offices that it appoints.
"""

import argparse
import asyncio
import re
import sys

from services.chassis.database import Database
from services.identity.actions.appoint_housing_bureau import appoint_housing_bureau
from services.identity.main import Sources, parts_from
from services.identity.settings import Settings

_MOBILE = re.compile(r"1[0-9]{10}")


def mobile(text: str) -> str:
    """Return a mobile number given on the command line."""
    if not _MOBILE.fullmatch(text):
        raise argparse.ArgumentTypeError("a mobile number has 11 digits and begins with 1")
    return text


async def appoint(phone: str) -> str:
    """Return the id of the account that is the housing bureau from now on."""
    settings = Settings()
    database, sources = Database(settings.database_url, pool_size=1), Sources.of(settings)
    try:
        parts = parts_from(settings, database, sources)
        return await appoint_housing_bureau(parts, phone=phone)
    finally:
        for close in (*sources.closers, database.close):
            await close()


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.identity.operators")
    verbs = parser.add_subparsers(required=True)
    grant = verbs.add_parser("grant", help="make a phone's account the housing bureau")
    grant.add_argument("--phone", type=mobile, required=True)
    chosen = parser.parse_args()
    sys.stdout.write(asyncio.run(appoint(chosen.phone)) + "\n")


if __name__ == "__main__":
    main()
