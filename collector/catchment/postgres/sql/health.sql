-- Whether a server answers, and what time it thinks it is.

-- name: ping
-- Asked twice a second at most, however often readiness is asked.
select 1;

-- name: server_clock
-- Times in the log are the server's; a person wants to know when they differ from ours.
select clock_timestamp();
