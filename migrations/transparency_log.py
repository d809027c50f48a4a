"""What the revisions of two services share: the tables of the transparency logs, as SQL files."""

from pathlib import Path

from alembic import op

APPEND_ONLY = (
    "leaves",
    "subtrees",
    "checkpoints",
    "cosignatures",
    "witness_policies",
    "alarms",
    "checks",
)
TABLES = ("heads", *APPEND_ONLY)
_FOLDER = Path(__file__).parent


def create_log_tables() -> None:
    """Create the tables as they were first released, and the triggers that keep them."""
    script = (_FOLDER / "transparency_log_0001.sql").read_text()
    for statement in script.split("\n--=\n"):
        op.execute(statement)
    for table in APPEND_ONLY:
        keep_append_only(table, function="refuse_log_change")


def drop_log_tables() -> None:
    """Drop them; only an empty service is ever taken this far back."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    for function in (
        "refuse_log_change",
        "keep_log_head",
        "check_leaves_follow",
        "check_head_stands",
    ):
        op.execute(f"DROP FUNCTION {function}()")


def keep_append_only(table: str, *, function: str) -> None:
    """Refuse every change of a table, also to a session that plays a replica's role."""
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


def refuse_to_carry(table: str) -> None:
    """Refuse a database that published before it kept a log: what nobody signed cannot be logged.

    Raises:
        DatabaseError: `table` holds something.
    """
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM {table}) THEN "
        f"RAISE EXCEPTION '{table} holds what was published before the signed log; "
        "it cannot be signed after the fact (docs/operations.md)'; END IF; END $$"
    )
