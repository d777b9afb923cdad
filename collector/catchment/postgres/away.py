"""Why the database is away, where we can know it: while a server of our own is down.

One for the process, as is that server; nobody who asks the database needs to know whose it is.
"""


class _Away:
    """`reason`: a sentence for who is answered 503; empty while nothing is known."""

    reason = ""


OWN_SERVER = _Away()
