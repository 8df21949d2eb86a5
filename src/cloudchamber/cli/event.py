"""`cloudchamber event`: print the event that AWS sends for a source, invoke a function with it, or put it onto the bus."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

import click

from cloudchamber.cli.http import ask
from cloudchamber.sample_events import SOURCES, Kind, Option, SampleRefused, Source, build
from cloudchamber.sample_events.kinds import closest
from cloudchamber.sample_events.origin import ACCOUNT_DEFAULT, AT_MS_DEFAULT, REGION_DEFAULT

ACCOUNT = "000000000000"


def command(endpoint: str) -> click.Command:
    """The whole of `cloudchamber event`, made from the catalogue."""
    return _Sources(endpoint)


def _normal(name: str) -> str:
    """`--restApiId`, `--rest-api-id` and `--rest_api_id` are one option."""
    return name.replace("-", "").replace("_", "").lower()


_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "token_normalize_func": _normal}


class _Sources(click.Group):
    """The sources as commands."""

    def __init__(self, endpoint: str) -> None:
        told = "Print the event that AWS sends to a function or target for SOURCE and KIND."
        super().__init__("event", help=told, invoke_without_command=True, callback=_print_sources)
        self._endpoint = endpoint
        self.subcommand_metavar = "SOURCE KIND [--option VALUE]..."

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SOURCES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in SOURCES:
            said = closest(cmd_name, SOURCES, "source")
            raise click.UsageError(f"{said}\n`cloudchamber event` says what they are.", ctx)
        return _Kinds(SOURCES[cmd_name], self._endpoint)


class _Kinds(click.Group):
    """The kinds of a source as commands."""

    def __init__(self, source: Source, endpoint: str) -> None:
        super().__init__(
            source.name,
            help=f"Events of {source.title}.",
            short_help=source.title,
            invoke_without_command=True,
            callback=lambda: _print_kinds(source),
        )
        self._source, self._endpoint = source, endpoint
        self.subcommand_metavar = "KIND [--option VALUE]..."

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._source.kinds)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in self._source.kinds:
            said = closest(cmd_name, self._source.kinds, f"{self._source.name} event")
            raise click.UsageError(
                f"{said}\n`cloudchamber event {self._source.name}` says what they are.", ctx
            )
        return _kind_command(self._source, self._source.kinds[cmd_name], self._endpoint)


def _print_sources() -> None:
    if click.get_current_context().invoked_subcommand:
        return
    rows = [(source.name, f"{source.title}: {', '.join(source.kinds)}") for source in SOURCES.values()]
    _print_table(("source", "events"), rows)
    click.echo("\nThe events of a source: cloudchamber event SOURCE")


def _print_kinds(source: Source) -> None:
    if click.get_current_context().invoked_subcommand:
        return
    rows = [(kind.name, kind.help, " ".join(map(_flag, kind.options))) for kind in source.kinds.values()]
    _print_table(("event", "", "options"), rows)
    click.echo(f"\nAn event: cloudchamber event {source.name} {next(iter(source.kinds))} [--help]")


def _print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, no_wrap=title == titles[0])
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


def _kind_command(source: Source, kind: Kind, endpoint: str) -> click.Command:
    def run(**given: Any) -> None:
        _run(source.name, kind, given)

    epilog = f"\b\nAWS documents it at\n{kind.docs}"
    own: list[click.Parameter] = [_parameter(option) for option in kind.options.values()]
    return click.Command(
        kind.name,
        help=kind.help,
        epilog=epilog,
        callback=run,
        params=own + _common(endpoint),
        context_settings=_SETTINGS,
    )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _parameter(option: Option) -> click.Parameter:
    names = [f"own_{option.name}", _flag(option.name)]
    if option.type == "flag":
        names[1] = f"{names[1]}/--no-{option.name.replace('_', '-')}"
        return click.Option(names, default=bool(option.default), show_default=True, help=option.help)
    return click.Option(
        names,
        type=click.INT if option.type == "number" else click.STRING,
        metavar=None if option.type in ("text", "number") else "JSON",
        default=option.default,
        show_default=option.default != "",
        help=option.help,
    )


def _common(endpoint: str) -> list[click.Parameter]:
    at_help = "Instant of the event: 2026-01-01T00:00:00Z, or milliseconds."
    account_help = f"Account. [default: {ACCOUNT_DEFAULT}; with --to and --send {ACCOUNT}]"
    return [
        click.Option(["--account-id"], help=account_help),
        click.Option(
            ["--region"], envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], default=REGION_DEFAULT, show_default=True, help="Region."
        ),
        click.Option(["--partition"], default="aws", show_default=True, help="Partition of ARNs."),
        click.Option(["at_ms", "--at"], callback=_instant, metavar="INSTANT", help=at_help),
        click.Option(["--seed"], type=int, default=0, show_default=True, help="Draw other identifiers."),
        click.Option(["function", "--to"], metavar="FUNCTION", help="Invoke this function with it, print its answer."),
        click.Option(["asynchronous", "--async"], is_flag=True, help="With --to: do not wait for the answer."),
        click.Option(["send", "--send"], is_flag=True, help="Put it onto the default event bus, as the service does."),
        click.Option(
            ["--endpoint"], default=endpoint, envvar="AWS_ENDPOINT_URL", show_default=True, help="The chamber to speak to."
        ),
    ]  # fmt: skip


def _instant(ctx: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    if text is None or text.isdecimal():
        return None if text is None else int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no instant: write 2026-01-01T00:00:00Z.") from None
    if at.tzinfo is None:
        raise click.BadParameter(f"{text!r} says no time zone: write {text}Z for UTC.")
    return round(at.timestamp() * 1000)


def _run(source: str, kind: Kind, given: Mapping[str, Any]) -> None:
    function, send, endpoint = given["function"], given["send"], given["endpoint"]
    if given["asynchronous"] and not function:
        raise click.UsageError("--async needs --to FUNCTION.")
    if function and send:
        raise click.UsageError("Choose one of --to and --send.")
    event = _event(source, kind, given)
    if send:
        _send(endpoint, source, kind, event)
    elif function:
        _invoke(endpoint, given["region"], function, event, asynchronous=given["asynchronous"])
    else:
        _print_json(event)


def _event(source: str, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to a running chamber is of its default account, and of now on its clock, unless told otherwise."""
    to_chamber = bool(given["function"] or given["send"])
    at_ms, account_id = given["at_ms"], given["account_id"]
    if account_id is None:
        account_id = ACCOUNT if to_chamber else ACCOUNT_DEFAULT
    if at_ms is None:
        at_ms = (
            ask(given["endpoint"], "GET", "/_cloudchamber/clock")["now_ms"] if to_chamber else AT_MS_DEFAULT
        )
    options = {name: given[f"own_{name}"] for name in kind.options}
    where = {"region": given["region"], "partition": given["partition"]}
    try:
        return build(
            source, kind.name, at_ms=at_ms, seed=given["seed"], account_id=account_id, **where, **options
        )
    except SampleRefused as refused:
        raise click.UsageError(str(refused)) from None


def _send(endpoint: str, source: str, kind: Kind, event: dict[str, Any]) -> None:
    if not str(event.get("source", "")).startswith("aws.") or "detail-type" not in event:
        raise click.UsageError(
            f"{source} {kind.name} is not what a service puts onto the event bus: --to FUNCTION gives it to a function."
        )
    answer = ask(endpoint, "POST", "/_cloudchamber/events", event)
    click.echo(
        f"{event['detail-type']} is on the default bus of {answer['account']} in {answer['region']}: {answer['EventId']}"
    )


def _invoke(endpoint: str, region: str, function: str, event: dict[str, Any], *, asynchronous: bool) -> None:
    """The function's answer on standard output, its log on standard error. A function that fails ends the command with 1."""
    from botocore.exceptions import BotoCoreError, ClientError

    how = {"InvocationType": "Event"} if asynchronous else {"LogType": "Tail"}
    with closing(_lambda_client(endpoint, region)) as client:
        try:
            answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode(), **how)
            payload = answer["Payload"].read().decode(errors="replace")
        except ClientError as error:
            told = error.response["Error"]
            raise click.ClickException(f"{told['Code']}: {told['Message']}") from None
        except BotoCoreError as error:
            advice = "Is a chamber running there? `cloudchamber up` starts one."
            raise click.ClickException(f"{error}. {advice}") from None
    if asynchronous:
        click.echo(f"{function} will be run (request id {answer['ResponseMetadata']['RequestId']}).")
        return
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    click.echo(log, err=True, nl=False)
    _print_answer(payload)
    if "FunctionError" in answer:
        raise click.exceptions.Exit(1)


def _lambda_client(endpoint: str, region: str) -> Any:
    from botocore.config import Config
    from botocore.session import Session

    return Session().create_client(
        "lambda",
        region,
        endpoint_url=endpoint,
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
        config=Config(read_timeout=960, retries={"total_max_attempts": 1}),
    )


def _print_answer(payload: str) -> None:
    """What a function answered: JSON, or whatever its runtime sent."""
    try:
        value = json.loads(payload)
    except ValueError:
        click.echo(payload)
    else:
        _print_json(value)


def _print_json(value: Any) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from rich.console import Console

    Console().print_json(text, ensure_ascii=False)
