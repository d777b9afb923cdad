"""Ids of versions: of a dataset by the run that wrote it, of a job by what it touches and is."""

from catchment.events.facets.cache import content_hash
from catchment.events.model import Facet
from catchment.lineage.iosets import IoSet
from catchment.lineage.keys import digest

_CODE = ("sourceCode", "sourceCodeLocation", "sql")


def version_id(run_id: bytes, dataset_key: bytes) -> bytes:
    """The version of a dataset that a run writes, where no `version` facet names one.

    The exclusive or of run id and dataset key: with either at hand the other can be had, so that
    no table is needed.
    """
    return (int.from_bytes(run_id) ^ int.from_bytes(dataset_key)).to_bytes(16)


def named_version_hash(version: str) -> bytes:
    """What a version that a `version` facet names is found by, however long it is."""
    return digest(b"version", version.encode("utf-8", "surrogatepass"))


def schema_version_hash(dataset_key: bytes, schema: Facet) -> bytes:
    """The version of a dataset's schema, by content."""
    return digest(b"schemaversion", dataset_key, content_hash(schema))


def job_version_hash(shape: IoSet, facets: tuple[Facet, ...]) -> bytes:
    """The version of a job: its inputs, outputs, location, SQL and source, by content."""
    code = [
        facet.name.encode() + content_hash(facet)
        for facet in facets
        if facet.name in _CODE and not facet.deleted
    ]
    return digest(
        b"jobversion", shape.job, b"".join(shape.inputs), b"".join(shape.outputs), *sorted(code)
    )
