"""The outside world on one machine: three sources about people, and a witness of the logs.

Each is a process of its own that speaks HTTP, knows what is true, and can be
told over its control API to answer badly. They take no part in what the services promise and
import nothing of them but the clock, so that their dates move with a demo's, and what any outsider
may run: `services.proofs`.
"""
