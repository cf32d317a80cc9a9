"""``jimu worker``: a process that runs jobs."""

from __future__ import annotations

import signal
import threading

import click

from jimu.cli.session import Session, pass_session


@click.command("worker")
@click.option("--burst", is_flag=True, help="Run what is due now, then end.")
@pass_session
def worker_command(session: Session, burst: bool) -> None:
    """Run jobs until stopped (Ctrl-C or SIGTERM: the job at work is finished first).

    With JIMU_REDIS_URL set, due jobs are handed to RQ and this process is an RQ worker as well.
    Several workers may run, on several machines.
    """
    from jimu.app.logs import set_up_logs

    set_up_logs(session.settings.log_format)
    runtime = session.runtime
    worker = runtime.build_worker()
    if session.settings.redis_url:
        from jimu.jobs.rq_backend import RqBackend

        assert isinstance(worker.backend, RqBackend)
        if burst:
            worker.drain()
            worker.backend.serve(burst=True)
            return
        thread = worker.start_thread()
        worker.backend.serve()
        worker.stop.set()
        thread.join()
        return
    if burst:
        worker.drain()
        return
    _stop_on_signals(worker.stop)
    worker.run()


def _stop_on_signals(stop: threading.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
