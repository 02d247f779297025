"""What crosses a wire: shapes only, no I/O and no clock.

Read in this order: civil_time, telemetry (MQTT), receipts (MQTT), influx (InfluxDB), events (RabbitMQ),
registry (HTTP change feed), journal (HTTP), figures (HTTP), problems (HTTP errors). json_schemas and
asyncapi describe them to others; ``make contracts`` writes that into schemas/
"""
