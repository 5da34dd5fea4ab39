-- setup
CREATE TABLE orders (id int PRIMARY KEY, status text);
CREATE TABLE history (order_id int, status text);
CREATE TABLE "Log" (order_id int, note text);
CREATE TABLE stock (id int PRIMARY KEY, amount int);
CREATE TABLE quick (id int PRIMARY KEY, amount int, touched timestamptz);
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count(*) FROM history WHERE order_id = NEW.id;
    INSERT INTO history VALUES (NEW.id, NEW.status);
    RETURN NULL;
END $$;
CREATE FUNCTION check_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM count(*) FROM "Log" WHERE order_id = NEW.id; RETURN NEW; END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
CREATE FUNCTION sum_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM sqrt(n) FROM generate_series(1, 500000) n; RETURN NULL; END $$;
CREATE TRIGGER remember AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION remember();
CREATE TRIGGER "À vérifier" BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION check_log();
CREATE TRIGGER summed AFTER INSERT ON stock REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_up();
CREATE TRIGGER touch BEFORE UPDATE ON quick FOR EACH ROW WHEN (OLD.amount <> NEW.amount) EXECUTE FUNCTION touch();
INSERT INTO orders SELECT n, 'WAIT' FROM generate_series(1, 2000) n;
INSERT INTO history SELECT n, 'WAIT' FROM generate_series(1, 20000) n;
INSERT INTO "Log" SELECT n, 'x' FROM generate_series(1, 20000) n;
INSERT INTO stock SELECT n, 1 FROM generate_series(1, 2000) n;
INSERT INTO quick SELECT n, 1 FROM generate_series(1, 20000) n;
ANALYZE;

-- found: for each row, after it is written
-- writes
-- cure: -- let the trigger remember on orders fire once: FOR EACH STATEMENT, with REFERENCING NEW TABLE (or OLD TABLE) for the rows
-- cure: -- to see the plans inside it: LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;
-- cure: --   SET auto_explain.log_nested_statements = on; SET client_min_messages = log;
UPDATE orders SET status = 'DONE' WHERE id <= 200;

-- found: for each row, before it is written
-- writes
UPDATE stock SET amount = amount + 1 WHERE id <= 200;

-- found: once for the statement
-- writes
INSERT INTO stock SELECT n, 1 FROM generate_series(3001, 3010) n;

-- not found: slow beside what fired it, but nobody notices
-- writes
UPDATE orders SET status = 'DONE' WHERE id <= 2;

-- not found: the condition spares most rows, and the function is quick
-- writes
UPDATE quick SET amount = CASE WHEN id = 7 THEN 2 ELSE 1 END;
