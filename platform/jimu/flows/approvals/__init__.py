"""Approvals: the pure core (``engine.advance``) and the service that runs it over records.

The core (``model``, ``events``, ``engine``, ``nodes/``, ``actions/``) does no I/O: it is given a flow, a run, an event
and the world's answers and returns the run after it, its history and what is to be done. ``service`` loads and stores.
"""
