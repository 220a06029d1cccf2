-- For back ends of the former version, which still run during an upgrade and write this column. Migration
-- 0002 dropped it. A later migration drops it again, with the trigger.
ALTER TABLE activities ADD COLUMN words TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What they write is not in the index for searches, and is added to it like the texts of older versions.
CREATE FUNCTION index_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_backlog SET below_id = greatest(below_id, NEW.id + 1);
    IF NOT FOUND THEN
        INSERT INTO search_backlog VALUES (NEW.id + 1);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER former_inserted AFTER INSERT ON activities
FOR EACH ROW WHEN (NEW.words <> '') EXECUTE FUNCTION index_later();
