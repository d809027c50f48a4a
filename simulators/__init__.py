"""The outside world on one machine: a real-name provider, a property registry and a text sender.

Each is a process of its own that speaks HTTP, knows the truth from a register file, and can be
told over its control API to answer badly. They take no part in what the services promise and
import nothing of them but the clock, so that their dates move with a demo's.
"""
