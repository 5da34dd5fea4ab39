"""Word lists: statements that touch no relation, and PostgreSQL's own types and functions by name."""

from __future__ import annotations

_STATEMENTS = """
    AlterCollationStmt AlterDatabaseSetStmt AlterDefaultPrivilegesStmt AlterEnumStmt AlterEventTrigStmt AlterFdwStmt
    AlterForeignServerStmt AlterFunctionStmt AlterOpFamilyStmt AlterOperatorStmt AlterRoleSetStmt AlterRoleStmt
    AlterTSConfigurationStmt AlterTSDictionaryStmt CallStmt CompositeTypeStmt CreateCastStmt CreateConversionStmt
    CreateDomainStmt CreateEnumStmt CreateEventTrigStmt CreateExtensionStmt CreateFdwStmt CreateForeignServerStmt
    CreateFunctionStmt CreateOpFamilyStmt CreateRangeStmt CreateRoleStmt CreateUserMappingStmt DefineStmt DoStmt
    GrantRoleStmt NotifyStmt VariableSetStmt
"""

_TYPES = """
    bit bool box bpchar bytea char cidr circle date float4 float8 inet int2 int4 int8 interval json jsonb
    jsonpath line lseg macaddr macaddr8 money name numeric oid path pg_lsn point polygon regclass text time
    timestamp timestamptz timetz tsquery tsvector txid_snapshot uuid varbit varchar xid8 xml int4range
    int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange
    tstzmultirange datemultirange
"""

_FUNCTIONS = """
    abs age array_agg array_append array_cat array_length array_position array_remove array_replace
    array_to_string avg bool_and bool_or btrim ceil ceiling char_length clock_timestamp coalesce concat
    concat_ws count current_database current_schema current_setting currval date_part date_trunc decode
    dense_rank encode every exp extract first_value floor format gen_random_uuid generate_series greatest
    initcap json_agg json_build_array json_build_object jsonb_agg jsonb_build_array jsonb_build_object
    jsonb_object_agg jsonb_set lag last_value lastval lead least left length ln lower lpad ltrim make_date
    make_interval make_timestamp make_timestamptz max md5 min mod nextval now nullif octet_length
    pg_advisory_xact_lock pg_notify pg_sleep pg_typeof position power quote_ident quote_literal random rank
    regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table repeat replace
    reverse right round row_number row_to_json rpad rtrim set_config setval sha256 sign split_part sqrt
    statement_timestamp strpos string_agg string_to_array substr substring sum timezone to_char to_date to_json
    to_jsonb to_number to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim trunc unnest
    upper uuidv7 version
"""

WITHOUT_RELATIONS = frozenset(_STATEMENTS.split())
"""Statements that make or change what is no relation, and lock none that exists. Of CALL and DO only what is inside
counts (`code`)."""

SERIAL = frozenset({"smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"})
"""Type names that are no types: a column of one gets a sequence and a volatile default."""

TYPES = frozenset(_TYPES.split())
"""PostgreSQL's own types as the grammar spells them. A type of another name may be a domain."""

FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Functions of PostgreSQL that migrations call, and that do nothing to the definition of a relation. Functions of
extensions are not in the catalog snapshot and some of them change tables, so that a name which is in neither is
not known."""
