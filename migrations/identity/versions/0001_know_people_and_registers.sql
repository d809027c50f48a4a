-- The tables of revision 0001. The revision beside this file runs it and adds the triggers.

CREATE TABLE accounts (
    id uuid NOT NULL,
    phone_index bytea NOT NULL,
    phone_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT uq_accounts_phone_index UNIQUE (phone_index)
);

CREATE TABLE parties (
    id uuid NOT NULL,
    document_index bytea NOT NULL,
    document_type text NOT NULL,
    number_sealed bytea NOT NULL,
    of_organisation boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_parties PRIMARY KEY (id),
    CONSTRAINT uq_parties_document_index UNIQUE (document_index)
);

CREATE TABLE retries (
    caller text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_retries PRIMARY KEY (caller, key)
);

CREATE TABLE sign_in_codes (
    id uuid NOT NULL,
    phone_index bytea NOT NULL,
    code_hash bytea NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_sign_in_codes PRIMARY KEY (id)
);
CREATE INDEX ix_sign_in_codes_phone_index_sent_at ON sign_in_codes (phone_index, sent_at);

CREATE TABLE estates (
    id uuid NOT NULL,
    name text NOT NULL,
    district_code text NOT NULL,
    street_code text NOT NULL,
    governing_body text NOT NULL,
    zone text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_estates PRIMARY KEY (id),
    CONSTRAINT fk_estates_created_by_accounts
        FOREIGN KEY (created_by) REFERENCES accounts (id)
);

CREATE TABLE sessions (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id)
);

CREATE TABLE electorate_policies (
    estate_id uuid NOT NULL,
    version integer NOT NULL,
    parking_area_counts boolean NOT NULL,
    parking_as_person_counts boolean NOT NULL,
    same_owner_rule text NOT NULL,
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT pk_electorate_policies PRIMARY KEY (estate_id, version),
    CONSTRAINT fk_electorate_policies_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id),
    CONSTRAINT fk_electorate_policies_set_by_accounts
        FOREIGN KEY (set_by) REFERENCES accounts (id)
);

CREATE TABLE frozen_electorates (
    id uuid NOT NULL,
    estate_id uuid NOT NULL,
    purpose text NOT NULL,
    register_version integer NOT NULL,
    parking_area_counts boolean NOT NULL,
    parking_as_person_counts boolean NOT NULL,
    same_owner_rule text NOT NULL,
    people integer NOT NULL,
    area_centi bigint NOT NULL,
    sha256 text NOT NULL,
    content_sha256 text NOT NULL,
    frozen_at timestamptz NOT NULL,
    held_until timestamptz NOT NULL,
    CONSTRAINT pk_frozen_electorates PRIMARY KEY (id),
    CONSTRAINT fk_frozen_electorates_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id)
);
CREATE INDEX ix_frozen_electorates_estate_id ON frozen_electorates (estate_id);

CREATE TABLE refresh_tokens (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    generation integer NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    replaced_at timestamptz,
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash),
    CONSTRAINT uq_refresh_tokens_session_id_generation UNIQUE (session_id, generation),
    CONSTRAINT fk_refresh_tokens_session_id_sessions
        FOREIGN KEY (session_id) REFERENCES sessions (id)
);

CREATE TABLE register_versions (
    estate_id uuid NOT NULL,
    version integer NOT NULL,
    rows integer NOT NULL,
    units integer NOT NULL,
    parking_spaces integer NOT NULL,
    sheet_sha256 bytea NOT NULL,
    imported_by uuid NOT NULL,
    imported_at timestamptz NOT NULL,
    CONSTRAINT pk_register_versions PRIMARY KEY (estate_id, version),
    CONSTRAINT fk_register_versions_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id),
    CONSTRAINT fk_register_versions_imported_by_accounts
        FOREIGN KEY (imported_by) REFERENCES accounts (id)
);

CREATE TABLE staff_grants (
    id uuid NOT NULL,
    estate_id uuid,
    account_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid,
    granted_at timestamptz NOT NULL,
    CONSTRAINT pk_staff_grants PRIMARY KEY (id),
    CONSTRAINT ck_staff_grants_scope CHECK ((role = 'housing_bureau') = (estate_id IS NULL)),
    CONSTRAINT fk_staff_grants_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id),
    CONSTRAINT fk_staff_grants_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT fk_staff_grants_granted_by_accounts
        FOREIGN KEY (granted_by) REFERENCES accounts (id)
);
CREATE INDEX ix_staff_grants_account_id ON staff_grants (account_id);

CREATE TABLE units (
    id uuid NOT NULL,
    estate_id uuid NOT NULL,
    building text NOT NULL,
    stairwell text NOT NULL,
    room text NOT NULL,
    CONSTRAINT pk_units PRIMARY KEY (id),
    CONSTRAINT uq_units_estate_id_building_stairwell_room
        UNIQUE (estate_id, building, stairwell, room),
    CONSTRAINT fk_units_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id)
);

CREATE TABLE cards (
    id uuid NOT NULL,
    estate_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    account_id uuid NOT NULL,
    party_id uuid,
    parent_card_id uuid,
    user_type text NOT NULL,
    basis text NOT NULL,
    status text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    CONSTRAINT pk_cards PRIMARY KEY (id),
    CONSTRAINT ck_cards_hangs_on_main_card CHECK ((user_type = 'OWNER') = (parent_card_id IS NULL)),
    CONSTRAINT ck_cards_main_card_has_party CHECK ((user_type = 'OWNER') = (party_id IS NOT NULL)),
    CONSTRAINT ck_cards_ends_once CHECK ((status = 'INVALID') = (ended_at IS NOT NULL)),
    CONSTRAINT fk_cards_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id),
    CONSTRAINT fk_cards_unit_id_units
        FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_cards_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT fk_cards_party_id_parties
        FOREIGN KEY (party_id) REFERENCES parties (id),
    CONSTRAINT fk_cards_parent_card_id_cards
        FOREIGN KEY (parent_card_id) REFERENCES cards (id)
);
CREATE INDEX ix_cards_account_id ON cards (account_id);
CREATE INDEX ix_cards_estate_id ON cards (estate_id);
CREATE UNIQUE INDEX uq_cards_dependent ON cards (parent_card_id, account_id)
    WHERE status = 'ONLINE' AND parent_card_id IS NOT NULL;
CREATE UNIQUE INDEX uq_cards_main ON cards (unit_id, party_id)
    WHERE status = 'ONLINE' AND parent_card_id IS NULL;

CREATE TABLE frozen_entries (
    electorate_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    kind text NOT NULL,
    area_centi bigint NOT NULL,
    party_ids uuid[] NOT NULL,
    unit_ids uuid[] NOT NULL,
    CONSTRAINT pk_frozen_entries PRIMARY KEY (electorate_id, entry_id),
    CONSTRAINT fk_frozen_entries_electorate_id_frozen_electorates
        FOREIGN KEY (electorate_id) REFERENCES frozen_electorates (id)
);

CREATE TABLE provider_answers (
    id uuid NOT NULL,
    source text NOT NULL,
    provider text NOT NULL,
    answer text NOT NULL,
    reference text NOT NULL,
    as_of timestamptz,
    expires_at timestamptz,
    asked_at timestamptz NOT NULL,
    account_id uuid NOT NULL,
    document_index bytea NOT NULL,
    unit_id uuid,
    CONSTRAINT pk_provider_answers PRIMARY KEY (id),
    CONSTRAINT fk_provider_answers_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT fk_provider_answers_unit_id_units
        FOREIGN KEY (unit_id) REFERENCES units (id)
);
CREATE INDEX ix_provider_answers_account_id_asked_at ON provider_answers (account_id, asked_at);

CREATE TABLE register_sign_offs (
    estate_id uuid NOT NULL,
    version integer NOT NULL,
    role text NOT NULL,
    signed_by uuid NOT NULL,
    signed_at timestamptz NOT NULL,
    CONSTRAINT pk_register_sign_offs PRIMARY KEY (estate_id, version),
    CONSTRAINT fk_register_sign_offs_estate_id_version_register_versions
        FOREIGN KEY (estate_id, version) REFERENCES register_versions (estate_id, version),
    CONSTRAINT fk_register_sign_offs_signed_by_accounts
        FOREIGN KEY (signed_by) REFERENCES accounts (id)
);

CREATE TABLE staff_revocations (
    grant_id uuid NOT NULL,
    revoked_by uuid,
    revoked_at timestamptz NOT NULL,
    CONSTRAINT pk_staff_revocations PRIMARY KEY (grant_id),
    CONSTRAINT fk_staff_revocations_grant_id_staff_grants
        FOREIGN KEY (grant_id) REFERENCES staff_grants (id),
    CONSTRAINT fk_staff_revocations_revoked_by_accounts
        FOREIGN KEY (revoked_by) REFERENCES accounts (id)
);

CREATE TABLE unit_versions (
    estate_id uuid NOT NULL,
    version integer NOT NULL,
    unit_id uuid NOT NULL,
    unit_code text NOT NULL,
    use text NOT NULL,
    delivery text NOT NULL,
    area_register_centi integer,
    area_survey_centi integer,
    area_contract_centi integer,
    area_centi integer NOT NULL,
    area_source text NOT NULL,
    CONSTRAINT pk_unit_versions PRIMARY KEY (estate_id, version, unit_id),
    CONSTRAINT fk_unit_versions_estate_id_version_register_versions
        FOREIGN KEY (estate_id, version) REFERENCES register_versions (estate_id, version),
    CONSTRAINT ck_unit_versions_area_positive CHECK (area_centi > 0),
    CONSTRAINT fk_unit_versions_unit_id_units
        FOREIGN KEY (unit_id) REFERENCES units (id)
);

CREATE TABLE discrepancy_cases (
    id uuid NOT NULL,
    estate_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    party_id uuid NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    provider_answer_id uuid,
    opened_at timestamptz NOT NULL,
    CONSTRAINT pk_discrepancy_cases PRIMARY KEY (id),
    CONSTRAINT uq_discrepancy_cases_unit_id_party_id_kind UNIQUE (unit_id, party_id, kind),
    CONSTRAINT fk_discrepancy_cases_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id),
    CONSTRAINT fk_discrepancy_cases_unit_id_units
        FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_discrepancy_cases_party_id_parties
        FOREIGN KEY (party_id) REFERENCES parties (id),
    CONSTRAINT fk_discrepancy_cases_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT fk_discrepancy_cases_provider_answer_id_provider_answers
        FOREIGN KEY (provider_answer_id) REFERENCES provider_answers (id)
);

CREATE TABLE holdings (
    id uuid NOT NULL,
    estate_id uuid NOT NULL,
    version integer NOT NULL,
    unit_id uuid NOT NULL,
    party_id uuid NOT NULL,
    share_numerator integer,
    share_denominator integer,
    name_sealed bytea NOT NULL,
    phone_sealed bytea,
    phone_index bytea,
    acquired_on date,
    CONSTRAINT pk_holdings PRIMARY KEY (id),
    CONSTRAINT uq_holdings_estate_id_version_unit_id_party_id
        UNIQUE (estate_id, version, unit_id, party_id),
    CONSTRAINT fk_holdings_estate_id_version_unit_id_unit_versions
        FOREIGN KEY (estate_id, version, unit_id)
        REFERENCES unit_versions (estate_id, version, unit_id),
    CONSTRAINT fk_holdings_party_id_parties
        FOREIGN KEY (party_id) REFERENCES parties (id)
);

CREATE TABLE verifications (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    provider_answer_id uuid NOT NULL,
    consent_version text NOT NULL,
    document_type text NOT NULL,
    name_sealed bytea NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_verifications PRIMARY KEY (id),
    CONSTRAINT fk_verifications_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT fk_verifications_provider_answer_id_provider_answers
        FOREIGN KEY (provider_answer_id) REFERENCES provider_answers (id)
);

CREATE TABLE account_parties (
    account_id uuid NOT NULL,
    party_id uuid NOT NULL,
    verification_id uuid NOT NULL,
    linked_at timestamptz NOT NULL,
    CONSTRAINT pk_account_parties PRIMARY KEY (account_id),
    CONSTRAINT fk_account_parties_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT uq_account_parties_party_id UNIQUE (party_id),
    CONSTRAINT fk_account_parties_party_id_parties
        FOREIGN KEY (party_id) REFERENCES parties (id),
    CONSTRAINT fk_account_parties_verification_id_verifications
        FOREIGN KEY (verification_id) REFERENCES verifications (id)
);
