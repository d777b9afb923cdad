from catchment.events.strict import problems_of
from tests.emitters.dagster.conftest import Told
from tests.emitters.dagster.test_mapping import io, run_facet

KILLED, CANCELED = (
    f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "12"
)


def test_a_retry_goes_on_and_what_the_first_attempt_wrote_is_kept(told: Told) -> None:
    wrote, failed, again = told.of("retried", "retried.flaky", "RUNNING")

    assert set(io(wrote, "outputs")) == {"tried"}
    assert run_facet(failed, "dagster_retry")["message"] == "ValueError: not yet"
    assert run_facet(again, "dagster_step")["attempt"] == 2
    assert "errorMessage" not in told.one("retried", "retried.flaky", "COMPLETE")["run"]["facets"]


def test_a_failure_says_the_users_own_exception(told: Told) -> None:
    error = run_facet(told.one("again", "failing.broken", "FAIL"), "errorMessage")

    assert error["message"] == "RuntimeError: nothing to do with 1"
    assert "estate.py" in error["stackTrace"]
    assert told.one("again", "failing", "FAIL")


def test_a_run_from_failure_names_the_run_before(told: Told) -> None:
    first, second = told.of("again", "failing", "START")
    again = told.of("again", "failing.broken", "START")[1]
    (upstream,) = run_facet(again, "jobDependencies")["upstream"]

    assert run_facet(second, "dagster_run")["parent_run_id"] == first["run"]["runId"]
    assert len(told.of("again", "failing.load", "START")) == 1
    assert "run" not in upstream


def test_a_skipped_step_is_aborted_with_the_reason(told: Told) -> None:
    event = told.one("choosing", "choosing.left_out", "ABORT")

    assert "Skipped" in run_facet(event, "errorMessage")["message"]
    assert told.one("choosing", "choosing.taken", "COMPLETE")


def test_a_run_that_ends_before_it_begins_begins_all_the_same(told: Told) -> None:
    kinds = [one["eventType"] for one in told.events("never_started")]
    error = run_facet(told.one("never_started", "choosing", "FAIL"), "errorMessage")

    assert kinds == ["START", "FAIL", "START", "ABORT"]
    assert error["message"] == "The worker could not be started."


def test_what_is_reported_without_a_run_is_told(told: Told) -> None:
    written = io(told.one("runless", "outside.reported", "COMPLETE"), "outputs")["outside"]
    (seen,) = [one for one in told.events("runless") if "dataset" in one]

    assert written["facets"]["version"]["datasetVersion"] == "o-1"
    assert seen["dataset"]["facets"]["version"]["datasetVersion"] == "o-2"


def test_steps_of_a_killed_worker_are_ended_with_its_run(pushed: Told) -> None:
    ends = {
        run_facet(one, "parent")["run"]["runId"]: one["eventType"]
        for one in pushed.events("tailed")
        if one.get("job", {}).get("name") == "sleeping.sleepy"
        and one["eventType"] in ("FAIL", "ABORT", "COMPLETE")
    }

    assert ends == {KILLED: "FAIL", CANCELED: "ABORT"}


def test_reading_again_makes_the_same_bytes(told: Told) -> None:
    bit_by_bit = [
        body for path in told.home.glob("*.ndjson") for body in told.bodies(path.stem)
        if path.stem not in ("whole", "whole_again", "killed", "after_kill", "bit_by_bit")
    ]  # fmt: skip

    assert told.bodies("whole") == told.bodies("whole_again")
    assert sorted(told.bodies("whole")) == sorted(bit_by_bit)
    assert told.bodies("nothing") == []
    assert told.bodies("first") == []


def test_a_killed_tick_costs_repeats_of_the_same_bytes_alone(told: Told) -> None:
    killed = told.bodies("killed")

    assert len(killed) == 20
    assert set(killed) <= set(told.bodies("after_kill"))
    assert told.bodies("after_kill") == told.bodies("whole")


def test_a_backlog_larger_than_a_tick_loses_nothing_and_repeats_nothing(told: Told) -> None:
    assert told.said["ticks"] > 40
    assert sorted(told.bodies("bit_by_bit")) == sorted(told.bodies("whole"))


def test_the_handler_makes_the_same_bytes_as_the_sensor(pushed: Told) -> None:
    by_handler, by_sensor = pushed.bodies("pushed"), pushed.bodies("tailed")
    left = [one for one in pushed.events("tailed") if one.get("eventType") not in (None, "OTHER")]

    assert len(by_handler) > 15
    assert len(set(by_handler)) == len(by_handler)
    assert set(by_handler) <= set(by_sensor)
    # What the sensor alone has: definitions, and the ends of runs that were killed.
    assert len(left) == len(by_handler) + 4
    assert [problems_of(body) for body in by_sensor] == [()] * len(by_sensor)
