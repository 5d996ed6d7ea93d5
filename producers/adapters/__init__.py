"""Adapters: what existing systems already send, turned into events without a change to their code.

An adapter is pure: bytes in, events or refusals out. Only `runner`, `inbox`, `portal.engine` hand over.
"""
