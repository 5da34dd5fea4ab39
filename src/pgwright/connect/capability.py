"""What a server of a given version can do: one `has_x(check=)` per feature that 14 to 18 do not share.

Pure: it is told the version and asks nobody. Each version here was looked up in the release notes of that major.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..base.errors import Refused

OLDEST = 14
NEWEST_KNOWN = 18


@dataclass(frozen=True)
class Capabilities:
    """The features of one server. `version` is `server_version_num`, as 150004.

    Every `has_x` answers a boolean; with `check=True` it raises Refused with a sentence that names what is
    missing and the version that brings it.
    """

    version: int

    @property
    def major(self) -> int:
        """The major version, 14 to 18 or newer."""
        return self.version // 10000

    def has_security_invoker(self, check: bool = False) -> bool:
        """Views that check the rights and policies of who reads them."""
        return self._since(15, "Views with security_invoker", check)

    def has_merge(self, check: bool = False) -> bool:
        """The MERGE statement, on tables."""
        return self._since(15, "MERGE", check)

    def has_merge_into_view(self, check: bool = False) -> bool:
        """MERGE with a view as its target."""
        return self._since(17, "MERGE into a view", check)

    def has_merge_returning(self, check: bool = False) -> bool:
        """RETURNING in a MERGE."""
        return self._since(17, "MERGE … RETURNING", check)

    def has_nulls_not_distinct(self, check: bool = False) -> bool:
        """UNIQUE NULLS NOT DISTINCT."""
        return self._since(15, "UNIQUE NULLS NOT DISTINCT", check)

    def has_publication_column_list(self, check: bool = False) -> bool:
        """Column lists and row filters of publications."""
        return self._since(15, "Column lists and row filters of publications", check)

    def has_publication_schemas(self, check: bool = False) -> bool:
        """FOR TABLES IN SCHEMA of publications."""
        return self._since(15, "Publications of whole schemas", check)

    def has_publication_generated_columns(self, check: bool = False) -> bool:
        """Publications that send stored generated columns."""
        return self._since(18, "Publishing generated columns", check)

    def has_parameter_privileges(self, check: bool = False) -> bool:
        """GRANT SET ON PARAMETER, so that a role without superuser may set session_replication_role."""
        return self._since(15, "Privileges on configuration parameters", check)

    def has_soft_input_errors(self, check: bool = False) -> bool:
        """`pg_input_is_valid` and `pg_input_error_info`: a value is tried without raising."""
        return self._since(16, "pg_input_is_valid", check)

    def has_set_generated_expression(self, check: bool = False) -> bool:
        """ALTER COLUMN … SET EXPRESSION of a generated column."""
        return self._since(17, "Changing the expression of a generated column", check)

    def has_transaction_timeout(self, check: bool = False) -> bool:
        """The setting transaction_timeout."""
        return self._since(17, "transaction_timeout", check)

    def has_maintain_privilege(self, check: bool = False) -> bool:
        """The MAINTAIN privilege and the role pg_maintain."""
        return self._since(17, "The MAINTAIN privilege", check)

    def has_not_null_constraints(self, check: bool = False) -> bool:
        """NOT NULL as rows of `pg_constraint`, with names."""
        return self._since(18, "Named NOT NULL constraints", check)

    def has_not_null_not_valid(self, check: bool = False) -> bool:
        """ADD CONSTRAINT … NOT NULL … NOT VALID, validated apart."""
        return self._since(18, "NOT NULL … NOT VALID", check)

    def has_not_enforced(self, check: bool = False) -> bool:
        """NOT ENFORCED of CHECK and foreign key constraints."""
        return self._since(18, "NOT ENFORCED constraints", check)

    def has_virtual_generated_columns(self, check: bool = False) -> bool:
        """Generated columns that are computed when read."""
        return self._since(18, "Virtual generated columns", check)

    def has_partitioned_foreign_key_not_valid(self, check: bool = False) -> bool:
        """A foreign key of a partitioned table added NOT VALID."""
        return self._since(18, "NOT VALID foreign keys of partitioned tables", check)

    def has_temporal_constraints(self, check: bool = False) -> bool:
        """WITHOUT OVERLAPS and PERIOD in keys."""
        return self._since(18, "WITHOUT OVERLAPS constraints", check)

    def has_old_new_returning(self, check: bool = False) -> bool:
        """RETURNING old.column, new.column."""
        return self._since(18, "RETURNING old and new", check)

    def _since(self, major: int, feature: str, check: bool) -> bool:
        if self.major >= major:
            return True
        if check:
            raise Refused(
                f"{feature} needs PostgreSQL {major} or newer, and this server is PostgreSQL {self.major}.",
                hint=f"Upgrade the server to PostgreSQL {major}, or write the change without it.",
            )
        return False
