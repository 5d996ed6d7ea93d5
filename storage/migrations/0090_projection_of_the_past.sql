-- Parts written before 0085 get what 0085 added, in the background: until then their rows are read one by one.
ALTER TABLE ioc.events_documents ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_services ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_hr ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_tasks ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_archives ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_quality ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_platform ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_alerts ${on_cluster} MATERIALIZE PROJECTION by_source;
ALTER TABLE ioc.events_documents ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_services ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_hr ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_tasks ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_archives ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_quality ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_platform ${on_cluster} MATERIALIZE INDEX by_time;
ALTER TABLE ioc.events_alerts ${on_cluster} MATERIALIZE INDEX by_time;
