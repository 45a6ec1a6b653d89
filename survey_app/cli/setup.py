"""Set up, and serve."""

import getpass
import logging
import multiprocessing
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from survey_app.cli.context import BY, config, connect, database, tell
from survey_app.config import read_config
from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Role
from survey_app.jobs.worker import run_worker
from survey_app.services import accounts, migrating, one_time_codes

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess


@click.command("migrate")
def migrate() -> None:
    """建立或升级数据库。 Make or upgrade the database."""
    found = connect()
    try:
        revision = migrating.migrate(found)
    finally:
        found.dispose()
    tell("The database is at revision {revision}.", revision=revision)


_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="从标准输入读密码 · Read the password from standard input."
)


@click.command("create-account")
@click.argument("name", default="admin")
@_PASSWORD_STDIN
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ADMIN.value,
    show_default=True,
    help="角色 · What it may do.",
)
@click.option("--scope", metavar="UNIT_CODE", default="", help="范围，默认全部单位 · This unit and all below it.")
def create_account(name: str, password_stdin: bool, role: str, scope: str) -> None:
    """新建管理账号（不写名称则为 admin）。 Add an account for the console, `admin` where no name is given."""
    password = _read_password() if password_stdin else _ask_password()
    with database().writing() as session:
        accounts.create_account(session, name, password, Role(role), scope, BY)
    tell("Account {name} is made.", name=name)


@click.command("reset-password")
@click.argument("name")
@_PASSWORD_STDIN
@click.option("--codes-off", is_flag=True, help="同时关闭动态验证码 · Switch its one-time codes off as well.")
def reset_password(name: str, password_stdin: bool, codes_off: bool) -> None:
    """重设账号密码：下次登录须改。 Give an account a new password, which it changes at its next login.

    账号如已停用，一并启用。 An account that was disabled can log in again.
    """
    password = _read_password() if password_stdin else _ask_password()
    with database().writing() as session:
        account = accounts.find_by_name(session, name)
        if account is None:
            raise Refused(message("There is no account {name}.", name=name))
        accounts.reset_password(session, account, BY, password)
        accounts.enable(session, account, BY)
        if codes_off:
            one_time_codes.switch_off(session, account, BY)
    tell("Account {name} has a new password.", name=name)


def _read_password() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused(message("The password is not UTF-8 text.")) from None


def _ask_password() -> str:
    first = getpass.getpass("密码 · Password: ")
    if getpass.getpass("再输一次 · Again: ") != first:
        raise Refused(message("The two passwords differ."))
    return first


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 · Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="端口 · Port.  [default: SURVEY_PORT or 8000]")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="进程数 · Processes.")
def serve(host: str, port: int | None, workers: int) -> None:
    """启动网站和后台任务。 Serve the pages and run the jobs, until Ctrl-C."""
    if port is not None:
        os.environ["SURVEY_PORT"] = str(port)  # The workers read it: QR codes begin with it by default.
        config.cache_clear()
    database().dispose()
    from granian import Granian  # noqa: PLC0415 - only this command needs the server.
    from granian.log import LogLevels  # noqa: PLC0415

    jobs = multiprocessing.get_context("spawn").Process(target=_run_jobs, name="jobs", daemon=True)
    jobs.start()
    logging.basicConfig(level=logging.WARNING)
    tell("Serving at {url} until Ctrl-C.", url=f"http://{host}:{config().port}/")
    try:
        Granian(
            "survey_app.factory:create_worker_app",
            factory=True,
            address=host,
            port=config().port,
            interface="wsgi",  # type: ignore[arg-type] # It takes the name as well as its enum.
            workers=workers,
            blocking_threads=32,  # So many ballots may wait for one commit.
            backpressure=256,
            websockets=False,
            log_level=LogLevels.error,  # It warns of more threads than cores; they wait for commits, not for cores.
            log_access=False,  # Entry codes stand in addresses.
            respawn_failed_workers=True,
            workers_kill_timeout=5,
        ).serve()
    finally:
        jobs.terminate()
        jobs.join(10)


def _run_jobs() -> None:
    """Run the jobs in a process of their own, until told to stop or the server is gone, however it went."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server says when to stop.
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    server = multiprocessing.parent_process()
    if server is not None:
        threading.Thread(target=_stop_after, args=(server, stop), daemon=True).start()
    run_worker(read_config(), stop)


def _stop_after(server: "BaseProcess", stop: threading.Event) -> None:
    server.join()
    stop.set()
