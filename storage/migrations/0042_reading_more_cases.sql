-- Cases as readers see them. Written anew where columns were added: a view keeps those it was made with.
CREATE OR REPLACE VIEW ioc_read.cases_documents_in ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_document_in FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_dossiers ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_dossier FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_procedures ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_procedure FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_archives ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_archive FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_tasks ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_task FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_datasets ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_dataset FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_interop ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_interop FINAL WHERE isNotNull(opened_at);

CREATE OR REPLACE VIEW ioc_read.cases_alerts ${on_cluster} ${as_owner} AS
SELECT * EXCEPT (state, version) FROM ioc.cases_alert FINAL WHERE isNotNull(opened_at);
