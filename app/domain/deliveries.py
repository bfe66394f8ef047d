"""What leaves the service: letters and webhook calls, tried again until they arrive or are given up."""

from __future__ import annotations

DELIVERY_STATES = ("waiting", "delivered", "dead")
#: seconds until the next attempt, by how many have failed; after the last the delivery is dead
RETRIES = (10, 60, 300, 1800, 7200, 21600, 43200)
