"""An InfluxDB server through influxdb-client, spoken to as its version wants.

INFLUX_URL is ``http://user:password@host:port/database``; for 2.x the user is the organisation, the password a token,
the database a bucket. 1.x before 1.8 has no ``/api/v2/write``: there one adapter sends the same write to ``/write``.
"""

from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import urllib3.exceptions
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dbrp_create import DBRPCreate
from influxdb_client.rest import ApiException
from influxdb_client.service.dbr_ps_service import DBRPsService

from shared.failures import Unavailable

TIMEOUT_MS = 10_000
DOWN = (urllib3.exceptions.HTTPError, OSError)


class InfluxAddress(NamedTuple):
    """Where the server is, who we are there, and the database."""

    url: str
    user: str
    password: str
    database: str


def parse(url: str) -> InfluxAddress:
    """Take an ``INFLUX_URL`` apart.

    :raises ValueError: if user, password, host or database is missing
    """
    parts = urlsplit(url)
    database = parts.path.strip("/")
    if not (parts.scheme in ("http", "https") and parts.hostname and parts.username and parts.password and database):
        raise ValueError("an InfluxDB address looks like http://user:password@host:port/database")
    server = f"{parts.scheme}://{parts.hostname}:{parts.port or 8086}"
    return InfluxAddress(server, unquote(parts.username), unquote(parts.password), database)


class Server(Protocol):
    """A connected server."""

    def write(self, text: str) -> None:
        """Send line protocol; raises what influxdb-client raises."""

    def query(self, influxql: str) -> dict[str, Any]:
        """The answer to a query in InfluxQL; raises what influxdb-client raises."""

    def create(self) -> None:
        """Make the database, if it is not there; raises what influxdb-client raises."""


def connect(address: InfluxAddress) -> Server:
    """The server, by the version it says it has.

    :raises Unavailable: if it does not answer
    """
    client = InfluxDBClient(url=address.url, token=address.password, org=address.user, timeout=TIMEOUT_MS)
    try:
        version = client.version()
    except (ApiException, *DOWN) as error:
        raise Unavailable("influxdb", str(error)) from error
    if version.lstrip("v").startswith(("0.", "1.")):
        return _Influx1(client, address)
    return _Influx2(client, address)


class _Influx1:
    """1.x, through ``/write`` and ``/query``."""

    def __init__(self, client: Any, address: InfluxAddress) -> None:
        self._client = client
        self._database = address.database
        self._authorization = urllib3.make_headers(basic_auth=f"{address.user}:{address.password}")
        api = client.api_client
        api.default_headers["Authorization"] = self._authorization["authorization"]
        api.request = _to_write(api.request)
        self._writer = client.write_api(write_options=SYNCHRONOUS)

    def write(self, text: str) -> None:
        """See :class:`Server`."""
        self._writer.write(bucket=self._database, record=text)

    def query(self, influxql: str) -> dict[str, Any]:
        """See :class:`Server`."""
        return _query(self._client, self._database, influxql)

    def create(self) -> None:
        """See :class:`Server`."""
        _query(self._client, self._database, f'CREATE DATABASE "{self._database}"', method="POST")


def _to_write(request: Any) -> Any:
    """influxdb-client's request, with a write to ``/api/v2/write`` sent to 1.x's ``/write`` instead."""

    def sent(method: str, url: str, query_params: Any = None, **rest: Any) -> Any:
        if url.endswith("/api/v2/write"):
            given = dict(query_params)
            query_params = [("db", given["bucket"]), ("precision", "n")]
            url = url.removesuffix("/api/v2/write") + "/write"
        return request(method, url, query_params=query_params, **rest)

    return sent


class _Influx2:
    """2.x: its own write, and InfluxQL through a mapping of database to bucket."""

    def __init__(self, client: Any, address: InfluxAddress) -> None:
        self._client = client
        self._bucket = address.database
        self._org = address.user
        self._writer = client.write_api(write_options=SYNCHRONOUS)
        self._made = False

    def write(self, text: str) -> None:
        """See :class:`Server`."""
        if not self._made:
            self.create()
        self._writer.write(bucket=self._bucket, record=text)

    def query(self, influxql: str) -> dict[str, Any]:
        """See :class:`Server`."""
        return _query(self._client, self._bucket, influxql)

    def create(self) -> None:
        """See :class:`Server`."""
        buckets = self._client.buckets_api()
        bucket = buckets.find_bucket_by_name(self._bucket)
        if bucket is None:
            forever = BucketRetentionRules(type="expire", every_seconds=0)  # type: ignore[no-untyped-call]
            bucket = buckets.create_bucket(bucket_name=self._bucket, org=self._org, retention_rules=forever)
        mappings = DBRPsService(self._client.api_client)  # type: ignore[no-untyped-call]
        if not mappings.get_dbr_ps(org=self._org, db=self._bucket).content:  # type: ignore[no-untyped-call]
            mapping = DBRPCreate(  # type: ignore[no-untyped-call]
                org=self._org, bucket_id=bucket.id, database=self._bucket, retention_policy="autogen", default=True
            )
            mappings.post_dbrp(mapping)  # type: ignore[no-untyped-call]
        self._made = True


def _query(client: Any, database: str, influxql: str, method: str = "GET") -> dict[str, Any]:
    answer: dict[str, Any] = client.api_client.call_api(
        "/query",
        method,
        query_params=[("db", database), ("q", influxql), ("epoch", "ms")],
        header_params={"Accept": "application/json"},
        response_type=object,
        _return_http_data_only=True,
    )
    return answer
