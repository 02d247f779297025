"""MQTT (Mosquitto), AMQP (RabbitMQ) and InfluxDB; what their drivers raise becomes Unavailable here."""
