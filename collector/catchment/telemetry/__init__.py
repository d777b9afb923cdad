"""What operators see: structured logs without payloads, and one closed list of metrics.

Any room may import it; it imports none but `settings` and `errors`, and opens no port by itself.
"""
