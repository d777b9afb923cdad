"""The model of all settings: names, types, defaults, bounds and the rules between them.

Knows nothing of who uses a setting, and shows no secret in `repr`.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ByteSize,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from catchment.settings.config_file import PREFIX, ConfigFile

KIB, MIB, GIB = 1024, 1024**2, 1024**3


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """`/var/lib/catchment` for root, `$XDG_DATA_HOME/catchment` for everybody else."""
    if os.geteuid() == 0:
        return Path("/var/lib/catchment")
    base = Path(environ.get("XDG_DATA_HOME", ""))
    if not base.is_absolute():  # the XDG specification: a relative path is to be ignored
        base = Path.home() / ".local" / "share"
    return base / "catchment"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name other than localhost never counts."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _bytes(value: object) -> object:
    return int(TypeAdapter(ByteSize).validate_python(value)) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several values: comma-separated in the environment, an array in TOML."""
Size = Annotated[int, BeforeValidator(_bytes), Field(ge=1, le=64 * GIB)]
"""Bytes: a number, or one with a unit (`32MiB`)."""
Count = Annotated[int, Field(ge=1, le=100_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Milliseconds = Annotated[int, Field(ge=1, le=86_400_000)]


class Settings(BaseSettings):
    """What the person decided. Each field is read from `CATCHMENT_` + its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        validate_default=True,
        use_attribute_docstrings=True,
        # Pydantic's own warnings are about field names that we do not use.
        protected_namespaces=(),
    )

    # Where it listens.
    host: str = "127.0.0.1"
    """The address to listen on. One that others can reach needs `CATCHMENT_AUTH` written out."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8765
    """The port to listen on; 0 takes a free one."""
    hosts_allowed: Names = ()
    """Names besides its own address under which it may be asked (`Host`)."""
    origins_allowed: Names = ()
    """Other web pages whose scripts may read (CORS), as `https://host`."""

    # Who may ask.
    auth: Literal["none", "keys"] | None = None
    """`none` lets everybody in: the default on loopback, where nobody else can ask. `keys` asks
    for API keys."""
    keys_file: Path | None = None
    """A file of hashed keys, besides those in the database."""

    # Where it stores.
    database_url: SecretStr | None = None
    """The Postgres to store in; without it, one of its own in the data dir."""
    read_database_url: SecretStr | None = None
    """A replica to read from; without it, reads go where writes go."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Where the Postgres of its own lives."""
    postgres_bin: Path | None = None
    """The directory of the PostgreSQL programs to use for it."""
    postgres_user: str | None = None
    """As root: the user that the Postgres of its own runs as."""

    # What it says.
    log_format: Literal["auto", "console", "json"] = "auto"
    """`console` for people, `json` for machines; `auto` looks whether a person watches."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""

    # What it accepts.
    validation: Literal["lenient", "strict"] = "lenient"
    """`lenient` accepts what can be placed, and lists what is wrong with it; `strict` refuses what
    the schemas of OpenLineage and its facets refuse."""

    # Bounds of one request.
    body_bytes_max: Size = 32 * MIB
    """Bytes of one body, after decompression."""
    in_flight_bytes_max: Size = 64 * MIB
    """Bytes of all bodies being read at once, after decompression."""
    inflate_ratio_max: Count = 1_100
    """How much larger decompression may make a body; deflate cannot honestly exceed 1,032."""
    inflate_members_max: Count = 10_000
    """Members or frames of one compressed body."""
    inflate_window_bytes_max: Size = 8 * MIB
    """The window of a zstd frame; every decoder must support 8 MiB."""
    body_seconds_max: Seconds = 60.0
    """Seconds for a whole body to arrive."""
    depth_max: Annotated[int, Field(ge=8, le=512)] = 128
    """Nesting of JSON."""
    batch_events_max: Count = 10_000
    """Events of one batch request."""
    failed_events_max: Count = 1_000
    """Failed events that a batch answer lists; its totals are right beyond them."""
    problems_max: Count = 100
    """Problems listed for one event."""

    # Bounds of the write path.
    write_batch_events_max: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Events of one transaction."""
    write_batch_bytes_max: Size = 8 * MIB
    """Bytes of the events of one transaction."""
    queue_events_max: Count = 20_000
    """Events waiting for a batch; beyond it the answer is 503."""
    queue_bytes_max: Size = 64 * MIB
    """Bytes of the events waiting for a batch; beyond it the answer is 503."""
    facet_cache_bytes_max: Size = 64 * MIB
    """Bytes of decoded parts of events kept in memory."""
    dead_letters_max: Count = 100_000
    """Dead letters kept; beyond it they are only counted."""
    stop_seconds_max: Seconds = 8.0
    """Seconds to finish what was begun when told to stop; stock clients retry for about 9."""

    # Bounds of the read path.
    graph_nodes_max: Count = 10_000
    """Nodes of one lineage answer."""
    known_at_events_max: Count = 20_000
    """Entries of the log that one question about what was known (`knownAt`) may read again."""
    statement_timeout_ms: Milliseconds = 10_000
    """Milliseconds that one question may take in Postgres."""
    read_connections_max: Annotated[int, Field(ge=1, le=200)] = 8
    """Connections for questions."""

    @field_validator("port", mode="before")
    @classmethod
    def _not_a_service_link(cls, value: object) -> object:
        # Kubernetes sets CATCHMENT_PORT=tcp://... in every pod beside a service named "catchment".
        return 8765 if isinstance(value, str) and value.startswith("tcp://") else value

    @field_validator("database_url", "read_database_url")
    @classmethod
    def _a_postgres_url(cls, value: SecretStr | None) -> SecretStr | None:
        url = value.get_secret_value() if value else "postgresql://"
        if not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
        return value

    @field_validator("auth")
    @classmethod
    def _written_out_off_loopback(cls, value: str | None, info: ValidationInfo) -> str:
        host = info.data.get("host", "127.0.0.1")
        if value is None and not is_loopback(host):
            raise ValueError(
                f"must be written out to listen on {host}, which other machines may reach: "
                "'keys' to ask for API keys, or 'none' to let everybody in"
            )
        return value or "none"

    @field_validator("keys_file")
    @classmethod
    def _keys_are_asked_for(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("auth") == "none":
            raise ValueError("nobody is asked for a key: set CATCHMENT_AUTH=keys, or leave it out")
        return value

    @field_validator("in_flight_bytes_max", "queue_bytes_max")
    @classmethod
    def _holds_one_body(cls, value: int, info: ValidationInfo) -> int:
        body = info.data.get("body_bytes_max", 0)
        if value < body:
            raise ValueError(f"must hold one body: at least CATCHMENT_BODY_BYTES_MAX ({body})")
        return value

    @field_validator("data_dir", "keys_file", "postgres_bin")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line wins over the environment, which wins over the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, ConfigFile(settings_cls)
