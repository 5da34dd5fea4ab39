-- One example of every key that sql/actions.py can give: a comment line with the key, then the statement.
-- AlterCollationStmt
ALTER COLLATION c REFRESH VERSION;
-- AlterDatabaseRefreshCollStmt
ALTER DATABASE d REFRESH COLLATION VERSION;
-- AlterDatabaseSetStmt
ALTER DATABASE d SET work_mem = '1MB';
-- AlterDatabaseStmt
ALTER DATABASE d CONNECTION LIMIT 5;
-- AlterDefaultPrivilegesStmt
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r;
-- AlterDomainStmt
ALTER DOMAIN d SET NOT NULL;
-- AlterEnumStmt
ALTER TYPE e ADD VALUE 'x' BEFORE 'y';
-- AlterEventTrigStmt
ALTER EVENT TRIGGER e DISABLE;
-- AlterExtensionContentsStmt
ALTER EXTENSION e ADD TABLE t;
-- AlterExtensionStmt
ALTER EXTENSION e UPDATE TO '2';
-- AlterFdwStmt
ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD a 'b');
-- AlterForeignServerStmt
ALTER SERVER s VERSION '2';
-- AlterFunctionStmt
ALTER FUNCTION f(int) IMMUTABLE;
-- AlterObjectDependsStmt
ALTER FUNCTION f(int) DEPENDS ON EXTENSION e;
-- AlterObjectSchemaStmt
ALTER TABLE t SET SCHEMA s;
-- AlterOpFamilyStmt
ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 1 (int, int);
-- AlterOperatorStmt
ALTER OPERATOR + (int, int) SET (RESTRICT = NONE);
-- AlterOwnerStmt
ALTER SCHEMA s OWNER TO r;
-- AlterPolicyStmt
ALTER POLICY p ON t USING (true);
-- AlterPublicationStmt
ALTER PUBLICATION p ADD TABLE t;
-- AlterRoleSetStmt
ALTER ROLE r SET work_mem = '1MB';
-- AlterRoleStmt
ALTER ROLE r NOLOGIN;
-- AlterSeqStmt
ALTER SEQUENCE s RESTART;
-- AlterStatsStmt
ALTER STATISTICS s SET STATISTICS 5;
-- AlterSubscriptionStmt
ALTER SUBSCRIPTION s DISABLE;
-- AlterSystemStmt
ALTER SYSTEM SET work_mem = '1MB';
-- AlterTSConfigurationStmt
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH simple;
-- AlterTSDictionaryStmt
ALTER TEXT SEARCH DICTIONARY d (StopWords = x);
-- AlterTableMoveAllStmt
ALTER TABLE ALL IN TABLESPACE a OWNED BY x, y SET TABLESPACE b;
-- AlterTableSpaceOptionsStmt
ALTER TABLESPACE t SET (random_page_cost = 1);
-- AlterTableStmt.AT_AddColumn
ALTER TABLE t ADD COLUMN c int;
-- AlterTableStmt.AT_AddConstraint
ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
-- AlterTableStmt.AT_AddIdentity
ALTER TABLE t ALTER COLUMN c ADD GENERATED ALWAYS AS IDENTITY;
-- AlterTableStmt.AT_AddInherit
ALTER TABLE t INHERIT p;
-- AlterTableStmt.AT_AddOf
ALTER TABLE t OF y;
-- AlterTableStmt.AT_AlterColumnGenericOptions
ALTER FOREIGN TABLE t ALTER COLUMN c OPTIONS (ADD a 'b');
-- AlterTableStmt.AT_AlterColumnType
ALTER TABLE t ALTER COLUMN c TYPE bigint USING c::bigint;
-- AlterTableStmt.AT_AlterConstraint
ALTER TABLE t ALTER CONSTRAINT k DEFERRABLE;
-- AlterTableStmt.AT_AttachPartition
ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM (1) TO (2);
-- AlterTableStmt.AT_ChangeOwner
ALTER TABLE t OWNER TO r;
-- AlterTableStmt.AT_ClusterOn
ALTER TABLE t CLUSTER ON i;
-- AlterTableStmt.AT_ColumnDefault
ALTER TABLE t ALTER c SET DEFAULT 1;
-- AlterTableStmt.AT_DetachPartition
ALTER TABLE t DETACH PARTITION p CONCURRENTLY;
-- AlterTableStmt.AT_DetachPartitionFinalize
ALTER TABLE t DETACH PARTITION p FINALIZE;
-- AlterTableStmt.AT_DisableRowSecurity
ALTER TABLE t DISABLE ROW LEVEL SECURITY;
-- AlterTableStmt.AT_DisableRule
ALTER TABLE t DISABLE RULE r;
-- AlterTableStmt.AT_DisableTrig
ALTER TABLE t DISABLE TRIGGER g;
-- AlterTableStmt.AT_DisableTrigAll
ALTER TABLE t DISABLE TRIGGER ALL;
-- AlterTableStmt.AT_DisableTrigUser
ALTER TABLE t DISABLE TRIGGER USER;
-- AlterTableStmt.AT_DropCluster
ALTER TABLE t SET WITHOUT CLUSTER;
-- AlterTableStmt.AT_DropColumn
ALTER TABLE t DROP COLUMN c;
-- AlterTableStmt.AT_DropConstraint
ALTER TABLE t DROP CONSTRAINT k;
-- AlterTableStmt.AT_DropExpression
ALTER TABLE t ALTER c DROP EXPRESSION;
-- AlterTableStmt.AT_DropIdentity
ALTER TABLE t ALTER c DROP IDENTITY;
-- AlterTableStmt.AT_DropInherit
ALTER TABLE t NO INHERIT p;
-- AlterTableStmt.AT_DropNotNull
ALTER TABLE t ALTER c DROP NOT NULL;
-- AlterTableStmt.AT_DropOf
ALTER TABLE t NOT OF;
-- AlterTableStmt.AT_DropOids
ALTER TABLE t SET WITHOUT OIDS;
-- AlterTableStmt.AT_EnableAlwaysRule
ALTER TABLE t ENABLE ALWAYS RULE r;
-- AlterTableStmt.AT_EnableAlwaysTrig
ALTER TABLE t ENABLE ALWAYS TRIGGER g;
-- AlterTableStmt.AT_EnableReplicaRule
ALTER TABLE t ENABLE REPLICA RULE r;
-- AlterTableStmt.AT_EnableReplicaTrig
ALTER TABLE t ENABLE REPLICA TRIGGER g;
-- AlterTableStmt.AT_EnableRowSecurity
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
-- AlterTableStmt.AT_EnableRule
ALTER TABLE t ENABLE RULE r;
-- AlterTableStmt.AT_EnableTrig
ALTER TABLE t ENABLE TRIGGER g;
-- AlterTableStmt.AT_EnableTrigAll
ALTER TABLE t ENABLE TRIGGER ALL;
-- AlterTableStmt.AT_EnableTrigUser
ALTER TABLE t ENABLE TRIGGER USER;
-- AlterTableStmt.AT_ForceRowSecurity
ALTER TABLE t FORCE ROW LEVEL SECURITY;
-- AlterTableStmt.AT_GenericOptions
ALTER FOREIGN TABLE t OPTIONS (SET a 'b');
-- AlterTableStmt.AT_NoForceRowSecurity
ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
-- AlterTableStmt.AT_ReplicaIdentity
ALTER TABLE t REPLICA IDENTITY FULL;
-- AlterTableStmt.AT_ResetOptions
ALTER TABLE t ALTER c RESET (n_distinct);
-- AlterTableStmt.AT_ResetRelOptions
ALTER TABLE t RESET (fillfactor);
-- AlterTableStmt.AT_SetAccessMethod
ALTER TABLE t SET ACCESS METHOD heap;
-- AlterTableStmt.AT_SetCompression
ALTER TABLE t ALTER c SET COMPRESSION lz4;
-- AlterTableStmt.AT_SetExpression
ALTER TABLE t ALTER c SET EXPRESSION AS (d + 1);
-- AlterTableStmt.AT_SetIdentity
ALTER TABLE t ALTER c SET GENERATED ALWAYS RESTART WITH 5;
-- AlterTableStmt.AT_SetLogged
ALTER TABLE t SET LOGGED;
-- AlterTableStmt.AT_SetNotNull
ALTER TABLE t ALTER c SET NOT NULL;
-- AlterTableStmt.AT_SetOptions
ALTER TABLE t ALTER c SET (n_distinct = 5);
-- AlterTableStmt.AT_SetRelOptions
ALTER TABLE t SET (fillfactor = 70);
-- AlterTableStmt.AT_SetStatistics
ALTER TABLE t ALTER c SET STATISTICS 500;
-- AlterTableStmt.AT_SetStorage
ALTER TABLE t ALTER c SET STORAGE EXTERNAL;
-- AlterTableStmt.AT_SetTableSpace
ALTER TABLE t SET TABLESPACE s;
-- AlterTableStmt.AT_SetUnLogged
ALTER TABLE t SET UNLOGGED;
-- AlterTableStmt.AT_ValidateConstraint
ALTER TABLE t VALIDATE CONSTRAINT k;
-- AlterTypeStmt
ALTER TYPE y SET (STORAGE = extended);
-- AlterUserMappingStmt
ALTER USER MAPPING FOR r SERVER s OPTIONS (SET a 'b');
-- CallStmt
CALL p(1);
-- CheckPointStmt
CHECKPOINT;
-- ClosePortalStmt
CLOSE c;
-- ClusterStmt
CLUSTER t USING i;
-- CommentStmt
COMMENT ON TABLE t IS 'x';
-- CompositeTypeStmt
CREATE TYPE y AS (a int);
-- ConstraintsSetStmt
SET CONSTRAINTS ALL DEFERRED;
-- CopyStmt
COPY t TO '/tmp/x';
-- CreateAmStmt
CREATE ACCESS METHOD a TYPE TABLE HANDLER h;
-- CreateCastStmt
CREATE CAST (a AS b) WITHOUT FUNCTION;
-- CreateConversionStmt
CREATE CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM f;
-- CreateDomainStmt
CREATE DOMAIN d AS int CHECK (VALUE > 0);
-- CreateEnumStmt
CREATE TYPE e AS ENUM ('a');
-- CreateEventTrigStmt
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();
-- CreateExtensionStmt
CREATE EXTENSION e;
-- CreateFdwStmt
CREATE FOREIGN DATA WRAPPER w;
-- CreateForeignServerStmt
CREATE SERVER s FOREIGN DATA WRAPPER w;
-- CreateForeignTableStmt
CREATE FOREIGN TABLE t (a int) SERVER s;
-- CreateFunctionStmt
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- CreateOpClassStmt
CREATE OPERATOR CLASS c FOR TYPE y USING btree AS OPERATOR 1 <;
-- CreateOpFamilyStmt
CREATE OPERATOR FAMILY f USING btree;
-- CreatePLangStmt
CREATE LANGUAGE l HANDLER h;
-- CreatePolicyStmt
CREATE POLICY p ON t USING (true);
-- CreatePublicationStmt
CREATE PUBLICATION p FOR TABLE t;
-- CreateRangeStmt
CREATE TYPE r AS RANGE (SUBTYPE = int);
-- CreateRoleStmt
CREATE ROLE r;
-- CreateSchemaStmt
CREATE SCHEMA s;
-- CreateSeqStmt
CREATE SEQUENCE s;
-- CreateStatsStmt
CREATE STATISTICS s ON a, b FROM t;
-- CreateStmt
CREATE TABLE t (a int PRIMARY KEY);
-- CreateSubscriptionStmt
CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p;
-- CreateTableAsStmt
CREATE MATERIALIZED VIEW v AS SELECT 1;
-- CreateTableSpaceStmt
CREATE TABLESPACE t LOCATION '/x';
-- CreateTransformStmt
CREATE TRANSFORM FOR y LANGUAGE l (FROM SQL WITH FUNCTION f(internal));
-- CreateTrigStmt
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
-- CreateUserMappingStmt
CREATE USER MAPPING FOR r SERVER s;
-- CreatedbStmt
CREATE DATABASE d;
-- DeallocateStmt
DEALLOCATE ALL;
-- DeclareCursorStmt
DECLARE c CURSOR FOR SELECT 1;
-- DefineStmt
CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int);
-- DeleteStmt
DELETE FROM t;
-- DiscardStmt
DISCARD ALL;
-- DoStmt
DO 'BEGIN END';
-- DropOwnedStmt
DROP OWNED BY r;
-- DropRoleStmt
DROP ROLE r;
-- DropStmt
DROP TABLE t;
-- DropSubscriptionStmt
DROP SUBSCRIPTION s;
-- DropTableSpaceStmt
DROP TABLESPACE t;
-- DropUserMappingStmt
DROP USER MAPPING FOR r SERVER s;
-- DropdbStmt
DROP DATABASE d;
-- ExecuteStmt
EXECUTE p(1);
-- ExplainStmt
EXPLAIN SELECT 1;
-- FetchStmt
FETCH ALL FROM c;
-- GrantRoleStmt
GRANT a TO b;
-- GrantStmt
GRANT SELECT ON t TO r;
-- ImportForeignSchemaStmt
IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b;
-- IndexStmt
CREATE INDEX CONCURRENTLY ON t (a DESC) WHERE b;
-- InsertStmt
INSERT INTO t VALUES (1);
-- ListenStmt
LISTEN c;
-- LoadStmt
LOAD 'x';
-- LockStmt
LOCK TABLE t;
-- MergeStmt
MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DO NOTHING;
-- NotifyStmt
NOTIFY c;
-- PrepareStmt
PREPARE p AS SELECT 1;
-- ReassignOwnedStmt
REASSIGN OWNED BY a TO b;
-- RefreshMatViewStmt
REFRESH MATERIALIZED VIEW v;
-- ReindexStmt
REINDEX TABLE t;
-- RenameStmt.OBJECT_AGGREGATE
ALTER AGGREGATE a(int) RENAME TO b;
-- RenameStmt.OBJECT_ATTRIBUTE
ALTER TYPE y RENAME ATTRIBUTE a TO b;
-- RenameStmt.OBJECT_COLLATION
ALTER COLLATION a RENAME TO b;
-- RenameStmt.OBJECT_COLUMN
ALTER TABLE t RENAME COLUMN a TO b;
-- RenameStmt.OBJECT_CONVERSION
ALTER CONVERSION a RENAME TO b;
-- RenameStmt.OBJECT_DATABASE
ALTER DATABASE a RENAME TO b;
-- RenameStmt.OBJECT_DOMAIN
ALTER DOMAIN a RENAME TO b;
-- RenameStmt.OBJECT_DOMCONSTRAINT
ALTER DOMAIN d RENAME CONSTRAINT a TO b;
-- RenameStmt.OBJECT_EVENT_TRIGGER
ALTER EVENT TRIGGER a RENAME TO b;
-- RenameStmt.OBJECT_FDW
ALTER FOREIGN DATA WRAPPER a RENAME TO b;
-- RenameStmt.OBJECT_FOREIGN_SERVER
ALTER SERVER a RENAME TO b;
-- RenameStmt.OBJECT_FOREIGN_TABLE
ALTER FOREIGN TABLE a RENAME TO b;
-- RenameStmt.OBJECT_FUNCTION
ALTER FUNCTION a(int) RENAME TO b;
-- RenameStmt.OBJECT_INDEX
ALTER INDEX a RENAME TO b;
-- RenameStmt.OBJECT_LANGUAGE
ALTER LANGUAGE a RENAME TO b;
-- RenameStmt.OBJECT_MATVIEW
ALTER MATERIALIZED VIEW a RENAME TO b;
-- RenameStmt.OBJECT_OPCLASS
ALTER OPERATOR CLASS a USING btree RENAME TO b;
-- RenameStmt.OBJECT_OPFAMILY
ALTER OPERATOR FAMILY a USING btree RENAME TO b;
-- RenameStmt.OBJECT_POLICY
ALTER POLICY a ON t RENAME TO b;
-- RenameStmt.OBJECT_PROCEDURE
ALTER PROCEDURE a(int) RENAME TO b;
-- RenameStmt.OBJECT_PUBLICATION
ALTER PUBLICATION a RENAME TO b;
-- RenameStmt.OBJECT_ROLE
ALTER ROLE a RENAME TO b;
-- RenameStmt.OBJECT_ROUTINE
ALTER ROUTINE a(int) RENAME TO b;
-- RenameStmt.OBJECT_RULE
ALTER RULE a ON t RENAME TO b;
-- RenameStmt.OBJECT_SCHEMA
ALTER SCHEMA a RENAME TO b;
-- RenameStmt.OBJECT_SEQUENCE
ALTER SEQUENCE a RENAME TO b;
-- RenameStmt.OBJECT_STATISTIC_EXT
ALTER STATISTICS a RENAME TO b;
-- RenameStmt.OBJECT_SUBSCRIPTION
ALTER SUBSCRIPTION a RENAME TO b;
-- RenameStmt.OBJECT_TABCONSTRAINT
ALTER TABLE t RENAME CONSTRAINT a TO b;
-- RenameStmt.OBJECT_TABLE
ALTER TABLE a RENAME TO b;
-- RenameStmt.OBJECT_TABLESPACE
ALTER TABLESPACE a RENAME TO b;
-- RenameStmt.OBJECT_TRIGGER
ALTER TRIGGER a ON t RENAME TO b;
-- RenameStmt.OBJECT_TSCONFIGURATION
ALTER TEXT SEARCH CONFIGURATION a RENAME TO b;
-- RenameStmt.OBJECT_TSDICTIONARY
ALTER TEXT SEARCH DICTIONARY a RENAME TO b;
-- RenameStmt.OBJECT_TSPARSER
ALTER TEXT SEARCH PARSER a RENAME TO b;
-- RenameStmt.OBJECT_TSTEMPLATE
ALTER TEXT SEARCH TEMPLATE a RENAME TO b;
-- RenameStmt.OBJECT_TYPE
ALTER TYPE a RENAME TO b;
-- RenameStmt.OBJECT_VIEW
ALTER VIEW a RENAME TO b;
-- RuleStmt
CREATE RULE r AS ON INSERT TO t DO INSTEAD (SELECT 1; SELECT 2);
-- SecLabelStmt
SECURITY LABEL ON TABLE t IS 'x';
-- SelectStmt
SELECT 1;
-- TransactionStmt
BEGIN;
-- TruncateStmt
TRUNCATE t;
-- UnlistenStmt
UNLISTEN *;
-- UpdateStmt
UPDATE t SET a = 1;
-- VacuumStmt
VACUUM t;
-- VariableSetStmt
SET work_mem = '1MB';
-- VariableShowStmt
SHOW work_mem;
-- ViewStmt
CREATE VIEW v AS SELECT 1;
