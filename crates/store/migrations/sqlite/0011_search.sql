-- What the desk looks for: the hotline's open cases, and an operator's newest case
-- that somebody has proven.

CREATE INDEX cases_open_by_channel ON cases (acquirer, channel, opened_at, id) WHERE is_open = 1;
CREATE INDEX cases_proven_by_operator ON cases (terminal, operator, opened_at, id) WHERE is_proven = 1;
