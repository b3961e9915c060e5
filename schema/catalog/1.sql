-- The catalogue, version 1: who may enter, and what was done. Times are nanoseconds since 1970 (UTC). A list of prefixes or sensors is
-- one text with commas; NULL means "all", '' means "none".
create table account (
  id integer primary key autoincrement,  -- never used again: audit rows and tokens of a removed account stay its own
  name text not null unique,
  role text not null,
  prefixes text,
  sensors text,
  enabled integer not null,
  password text not null,                -- Argon2id, as crypto_pwhash_str of libsodium writes it
  made_at integer not null,
  changed_at integer not null,
  password_at integer not null,
  logged_in_at integer                   -- NULL: never
) strict;

create table session (
  id integer primary key autoincrement,
  account integer not null references account on delete cascade,
  hash blob not null unique,             -- BLAKE2b-256 of what the browser holds
  address text not null,
  agent text not null,
  made_at integer not null,
  used_at integer not null,
  ends_at integer not null
) strict;
create index session_account on session (account);

create table token (
  id integer primary key autoincrement,
  account integer not null references account on delete cascade,
  hash blob not null unique,             -- BLAKE2b-256 of the whole token
  hint text not null,                    -- its first characters, to tell one from another
  label text not null,
  scopes text not null,
  prefixes text,
  sensors text,
  made_at integer not null,
  used_at integer,                       -- NULL: never
  ends_at integer,                       -- NULL: does not end
  revoked_at integer                     -- NULL: valid
) strict;
create index token_account on token (account);

-- Rows are chained: hash is over the row and the hash of the row before it (src/access/README.md).
create table audit (
  id integer primary key,
  at integer not null,
  who text not null,
  address text not null,
  action text not null,
  subject text not null,
  outcome text not null,
  details text not null,
  hash blob not null
) strict;
create index audit_at on audit (at);
create index audit_who on audit (who, id);
create index audit_action on audit (action, id);

-- Where the chain begins (what was before has been dropped by age) and where it ends.
create table audit_chain (
  only integer primary key check (only = 1),
  first_id integer not null,             -- the last row that was dropped; 0: none
  first_hash blob not null,
  last_id integer not null,
  last_hash blob not null
) strict;
insert into audit_chain values (1, 0, zeroblob(32), 0, zeroblob(32));

create trigger audit_no_update before update on audit begin
  select raise(abort, 'the audit log is append-only');
end;
create trigger audit_no_delete before delete on audit
when old.id > (select first_id from audit_chain) begin
  select raise(abort, 'the audit log is append-only');
end;
