"""The brokers: MQTT (Mosquitto) and AMQP (RabbitMQ). Driver exceptions become Unavailable here."""
