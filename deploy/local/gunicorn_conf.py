"""How our HTTP processes run under gunicorn: one process, sixteen threads, JSON logs on standard error."""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from shared.runtime import logs


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own records take the way of all others."""

    def setup(self, _cfg: Config) -> None:
        """Configure logging, once per process."""
        logs.configure()
        self.error_log.propagate = True


workers = 1  # counters and the copies of others' data live in the process
threads = 16
worker_class = "gthread"
logger_class = JsonLogger
timeout = 60
graceful_timeout = 20
keepalive = 15
worker_connections = 500  # paho waits with select(), which knows no file above 1023; the default is 1,000 connections
control_socket_disable = True  # it would be a second way in, in a folder that stacks share
