"""What of a run flows into what: the inputs paired with one of its outputs, and the other way.

Pure functions; the rule is that of true paths (docs/reference/meaning.md, Pairs), within one run.
"""

from catchment.lineage.iosets import COLUMN, EXPLICIT, IoSet
from catchment.lineage.resolve import Resolved


def inputs_of(run: Resolved) -> set[bytes]:
    """All that the run reads: named in its inputs, or by its facets alone."""
    return run.reads.keys() | _members(run, "i")


def _members(run: Resolved, direction: str) -> set[bytes]:
    return {
        key for share in run.shares for key, side in share.io_set.members() if side == direction
    }


def sources_of(run: Resolved, output: bytes) -> set[bytes]:
    """The inputs that are paired with this output."""
    found: set[bytes] = set()
    for share in run.shares:
        io_set = share.io_set
        found.update(pair.source for pair in io_set.pairs if pair.output == output)
        if not io_set.explicit and output in io_set.outputs:
            found.update(io_set.inputs)
    return found


def outputs_of(run: Resolved, source: bytes) -> set[bytes]:
    """The outputs that are paired with this input."""
    found: set[bytes] = set()
    for share in run.shares:
        io_set = share.io_set
        found.update(pair.output for pair in io_set.pairs if pair.source == source)
        if not io_set.explicit and source in io_set.inputs:
            found.update(io_set.outputs)
    return found


def basis_of(run: Resolved, dataset: bytes, direction: str) -> str:
    """The strongest that holds of the edge between the run and a dataset: "i" read, "o" written."""
    bases = [_basis(share.io_set, dataset, direction) for share in run.shares]
    return next((one for one in ("explicit", "column") if one in bases), "inputs-outputs")


def _basis(io_set: IoSet, dataset: bytes, direction: str) -> str:
    stated = {
        pair.basis
        for pair in io_set.pairs
        if dataset == (pair.source if direction == "i" else pair.output)
    }
    if EXPLICIT in stated or (dataset, direction) in io_set.boundary:
        return "explicit"
    return "column" if COLUMN in stated else "inputs-outputs"
