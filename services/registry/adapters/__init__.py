"""The technologies behind the registry: a database through SQLAlchemy Core, a folder, Mosquitto through paho.

Read in this order: sql_text, sql_tables, sql_dialects, sql_database, sql_log, sql_store, sql_reading, sql_keys,
sql_evidence, sql_accesses, sql_feed_passwords, sql_append_only, alembic_migrations, folder_documents,
mosquitto_control, mosquitto_accounts, mosquitto_state.
"""
