-- The tables of the transparency logs, the same in every service that keeps them. Released
-- revisions run this file: it is never edited; a change is another file.
--
-- Statements are separated by a line that holds only two dashes and an equals sign.

CREATE TABLE heads (
    estate_id uuid NOT NULL,
    size bigint NOT NULL,
    range bytea NOT NULL,
    last_at timestamptz,
    CONSTRAINT pk_heads PRIMARY KEY (estate_id),
    CONSTRAINT ck_heads_size CHECK (size >= 0),
    CONSTRAINT ck_heads_range CHECK (octet_length(range) = 32 * bit_count(size::bit(64)))
)
--=
CREATE TABLE leaves (
    estate_id uuid NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    subject uuid NOT NULL,
    sha256 bytea NOT NULL,
    signature bytea NOT NULL,
    public_key bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_leaves PRIMARY KEY (estate_id, position),
    CONSTRAINT uq_leaves_content UNIQUE (estate_id, sha256, kind, subject),
    CONSTRAINT ck_leaves_position CHECK (position >= 0),
    CONSTRAINT ck_leaves_sha256 CHECK (octet_length(sha256) = 32),
    CONSTRAINT ck_leaves_signature CHECK (octet_length(signature) = 64),
    CONSTRAINT ck_leaves_public_key CHECK (octet_length(public_key) = 32),
    CONSTRAINT ck_leaves_hash CHECK (octet_length(hash) = 32)
)
--=
CREATE TABLE subtrees (
    estate_id uuid NOT NULL,
    level smallint NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_subtrees PRIMARY KEY (estate_id, level, position),
    CONSTRAINT ck_subtrees_place CHECK (level >= 1 AND position >= 0),
    CONSTRAINT ck_subtrees_hash CHECK (octet_length(hash) = 32)
)
--=
CREATE TABLE checkpoints (
    estate_id uuid NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    made_at timestamptz NOT NULL,
    note text NOT NULL,
    CONSTRAINT pk_checkpoints PRIMARY KEY (estate_id, size),
    CONSTRAINT ck_checkpoints_size CHECK (size >= 0),
    CONSTRAINT ck_checkpoints_root CHECK (octet_length(root) = 32)
)
--=
CREATE TABLE cosignatures (
    estate_id uuid NOT NULL,
    size bigint NOT NULL,
    witness text NOT NULL,
    line text NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT pk_cosignatures PRIMARY KEY (estate_id, size, witness),
    CONSTRAINT fk_cosignatures_estate_id_checkpoints
        FOREIGN KEY (estate_id, size) REFERENCES checkpoints (estate_id, size)
)
--=
CREATE TABLE witness_policies (
    estate_id uuid NOT NULL,
    version integer NOT NULL,
    position bigint NOT NULL,
    document bytea NOT NULL,
    CONSTRAINT pk_witness_policies PRIMARY KEY (estate_id, version),
    CONSTRAINT ck_witness_policies_version CHECK (version >= 1)
)
--=
CREATE TABLE alarms (
    estate_id uuid NOT NULL,
    alarm_id text NOT NULL,
    kind text NOT NULL,
    raised_at timestamptz NOT NULL,
    document bytea NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT pk_alarms PRIMARY KEY (estate_id, alarm_id)
)
--=
CREATE TABLE checks (
    estate_id uuid NOT NULL,
    check_id uuid NOT NULL,
    checked_at timestamptz NOT NULL,
    passed boolean NOT NULL,
    document bytea NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT pk_checks PRIMARY KEY (estate_id, check_id)
)
--=
CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: no % ever', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END $$
--=
CREATE FUNCTION keep_log_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.estate_id = OLD.estate_id AND NEW.size >= OLD.size
       AND (NEW.size > OLD.size OR NEW.range = OLD.range)
       AND (OLD.last_at IS NULL OR NEW.last_at >= OLD.last_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a head only grows'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'head_grows';
END $$
--=
-- The head grows first, and its leaves follow in one statement: so no leaf ever lies behind the
-- head. The planner may know these tables from a time when they were small, so it is kept to the
-- keys.
CREATE FUNCTION check_leaves_follow() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT estate_id, min(position) AS first, max(position) AS last, count(*) AS number
              FROM added GROUP BY estate_id
        ) AS batch
        LEFT JOIN public.heads AS head ON head.estate_id = batch.estate_id
        WHERE head.size IS DISTINCT FROM batch.last + 1
           OR batch.number <> batch.last - batch.first + 1
           OR (batch.first > 0 AND NOT EXISTS (
               SELECT FROM public.leaves AS leaf
                WHERE leaf.estate_id = batch.estate_id AND leaf.position = batch.first - 1))
    ) THEN
        RAISE EXCEPTION 'leaves follow one another up to the head'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'leaves_follow';
    END IF;
    RETURN NULL;
END $$
--=
-- At the end of the transaction a head stands exactly behind its last leaf, and is signed.
CREATE FUNCTION check_head_stands() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    now_size bigint;
BEGIN
    SELECT size INTO now_size FROM public.heads WHERE estate_id = NEW.estate_id;
    IF EXISTS (SELECT FROM public.leaves WHERE estate_id = NEW.estate_id AND position = now_size)
       OR (now_size > 0 AND NOT (
           EXISTS (SELECT FROM public.leaves
                    WHERE estate_id = NEW.estate_id AND position = now_size - 1)
           AND EXISTS (SELECT FROM public.checkpoints
                    WHERE estate_id = NEW.estate_id AND size = now_size))) THEN
        RAISE EXCEPTION 'a head stands behind its last leaf, with a checkpoint'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'head_stands';
    END IF;
    RETURN NULL;
END $$
--=
CREATE TRIGGER head_grows BEFORE UPDATE OR DELETE ON heads
    FOR EACH ROW EXECUTE FUNCTION keep_log_head()
--=
CREATE TRIGGER head_stays BEFORE TRUNCATE ON heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()
--=
CREATE CONSTRAINT TRIGGER head_stands AFTER INSERT OR UPDATE ON heads
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_head_stands()
--=
CREATE TRIGGER leaves_follow AFTER INSERT ON leaves REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_leaves_follow()
--=
ALTER TABLE heads ENABLE ALWAYS TRIGGER head_grows
--=
ALTER TABLE heads ENABLE ALWAYS TRIGGER head_stays
--=
ALTER TABLE heads ENABLE ALWAYS TRIGGER head_stands
--=
ALTER TABLE leaves ENABLE ALWAYS TRIGGER leaves_follow
