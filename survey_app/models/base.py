"""What every table shares: names of constraints, column shorthands, aware times."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Identity, Integer, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

#: Every constraint has a name on both databases, so that migrations can drop what they made.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always aware and always UTC, on SQLite too, which knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; a naive time is a mistake of the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must carry its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


#: SQLite makes row numbers only for INTEGER; PostgreSQL counts further than 2^31.
BigId = BigInteger().with_variant(Integer, "sqlite")

Id = Annotated[int, mapped_column(BigId, Identity(), primary_key=True)]


def reference(table: str, **options: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's own return type for any column.
    """Return a column that points to a table's id."""
    return mapped_column(BigId, ForeignKey(f"{table}.id"), **options)
