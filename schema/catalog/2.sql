-- Views of the pages that people have saved.
create table view (
  id integer primary key autoincrement,
  account integer not null references account on delete cascade,
  name text not null,
  page text not null,
  query text not null,
  made_at integer not null
) strict;
create index view_account on view (account);
