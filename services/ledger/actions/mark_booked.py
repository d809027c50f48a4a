"""Mark what of a sheet is booked already; a step of checking and of importing one."""

from services.chassis.database import Connection
from services.ledger.domain import sheet
from services.ledger.domain.sheet import BookedVoucher, Reading
from services.ledger.store import commitments, drafts


async def mark_booked(connection: Connection, estate_id: str, reading: Reading) -> Reading:
    """Return the reading with the vouchers that are published or wait as defects."""
    vouchers = reading.vouchers
    waiting = await drafts.waiting_vouchers(connection, estate_id, vouchers)
    published = await commitments.booked_vouchers(connection, estate_id, vouchers)
    booked = {voucher: BookedVoucher(import_id=where) for voucher, where in waiting.items()}
    booked |= {voucher: BookedVoucher(entry_number=where) for voucher, where in published.items()}
    return sheet.without_booked(reading, booked)
