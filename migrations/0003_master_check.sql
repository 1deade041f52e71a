-- Which master key this database was made with, by a keyed hash that gives nothing away: with another key every
-- lookup by keyed hash would miss in silence and new personal values would be sealed for nobody.
create table vault.master_check (
    single boolean not null primary key default true check (single),
    mac    bytea   not null
);
