"""Every metric of the platform, in one place. Labels hold codes and route templates only, never an id.

Served by `prometheus_client` on the metrics port of each process.
"""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# HTTP
HTTP_REQUESTS = Counter(
    "tsunagi_http_requests_total", "Requests answered, by route template and status.", ["method", "route", "status"]
)
HTTP_SECONDS = Histogram(
    "tsunagi_http_request_seconds", "Time from request to the response's end.", ["method", "route"], buckets=SECONDS
)
TOKENS_REFUSED = Counter("tsunagi_tokens_refused_total", "Calls without a good token, by problem code.", ["code"])
ACCESS_DENIED = Counter("tsunagi_access_denied_total", "Calls beyond the caller's role or scope.", ["action"])
COMMANDS_REPEATED = Counter("tsunagi_commands_repeated_total", "Commands that had been carried out before.")
COMMANDS_RACED = Counter("tsunagi_commands_raced_total", "Commands decided again because somebody else appended first.")

# Outbox and relay
OUTBOX_ROWS = Gauge("tsunagi_outbox_rows", "Events committed and not yet acknowledged by Kafka.")
OUTBOX_AGE = Gauge("tsunagi_outbox_age_seconds", "Age of the oldest event not yet acknowledged by Kafka.")
RELAY_SENT = Counter("tsunagi_relay_sent_total", "Messages acknowledged by Kafka.", ["topic"])
RELAY_FAILURES = Counter("tsunagi_relay_failures_total", "Times that a producer was thrown away.", ["reason"])
RELAY_SECONDS = Histogram("tsunagi_relay_batch_seconds", "Time to read, send and delete a batch.", buckets=SECONDS)
RELAY_LEADER = Gauge("tsunagi_relay_leader", "1 in the one process that relays for its service.")

# Worker
CONSUMER_LAG = Gauge(
    "tsunagi_consumer_lag_events", "Messages on the topic that this worker has not settled.", ["topic"]
)
WORKER_EVENTS = Counter("tsunagi_worker_events_total", "Events settled, new here.", ["topic"])
WORKER_REPEATED = Counter("tsunagi_worker_repeated_total", "Events that had been settled here before.", ["topic"])
WORKER_RETRIES = Counter("tsunagi_worker_retries_total", "Batches tried again in place.", ["topic", "reason"])
WORKER_SECONDS = Histogram("tsunagi_worker_batch_seconds", "Time to settle a batch.", ["topic"], buckets=SECONDS)
WORKER_DELAY = Histogram(
    "tsunagi_worker_delay_seconds", "From written in another service to settled here.", ["topic"], buckets=SECONDS
)
DEAD_LETTERS = Gauge("tsunagi_dead_letters", "Messages set aside because they could not be read.", ["topic"])
DEAD_LETTERED = Counter("tsunagi_dead_lettered_total", "Messages that were set aside.", ["topic"])
WATCHDOG = Counter("tsunagi_worker_watchdog_total", "Times that a worker ended itself to be started anew.", ["reason"])

# Timers
TIMERS_FIRED = Counter("tsunagi_timers_fired_total", "Timers that fired.", ["kind"])
TIMERS_FAILED = Counter("tsunagi_timers_failed_total", "Firings that failed and are tried again.", ["kind"])
TIMERS_LATE = Gauge("tsunagi_timers_late_seconds", "By how much the oldest timer that is due is late (stack's clock).")

# Sealed words
WORDS_UNOPENED = Gauge("tsunagi_words_unopened", "Sealed words waiting for their key.")
FORGOTTEN = Counter("tsunagi_forgotten_total", "Owners whose key was deleted here.")

# Casework
HANDOFFS_OPEN = Gauge("tsunagi_handoffs_open", "Hand-offs that nobody has taken.", ["kind"])
HANDOFFS_OVERDUE = Gauge("tsunagi_handoffs_overdue", "Open hand-offs past their time (stack's clock).", ["kind"])
