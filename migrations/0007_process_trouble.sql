-- What keeps a process from doing its part until a person helps, so that it is seen without looking into every log.
alter table work.processes add column trouble text;
