"""Which program runs a Lambda runtime here, and with which environment variables.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloudchamber.workers.spec import EnvironmentSpec, RuntimeUnavailable

_NODE_BOOTSTRAP = str(Path(__file__).parent / "node" / "bootstrap.mjs")
#: Where the packages of Node.js environments are when they are installed: the AWS SDK, and what virtual time needs.
_NODE_MODULES = Path(__file__).parent / "node" / "node_modules"


@dataclass(frozen=True, slots=True)
class Program:
    """How to start a runtime. `argv` is empty for Python, which forks; `framed` programs speak frames."""

    argv: tuple[str, ...]
    framed: bool
    notice: str | None = None


def program_for(spec: EnvironmentSpec, node_version: str | None) -> Program:
    """The program for the runtime of `spec`; its notice says when another version runs. Raises RuntimeUnavailable."""
    family, version = family_and_version(spec.runtime)
    if family == "python":
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Program((), True, _notice(spec.runtime, version, here, "Python"))
    if family == "nodejs":
        node = shutil.which("node")
        if node is None:
            raise RuntimeUnavailable(f"runtime {spec.runtime} needs node, and there is no node on PATH")
        here = (node_version or "").lstrip("v").split(".")[0]
        notice = _notice(spec.runtime, version.split(".")[0], here, "Node.js") if here else None
        return Program((node, _NODE_BOOTSTRAP), True, notice)
    if family == "provided":
        return Program((_custom_bootstrap(spec),), False)
    raise RuntimeUnavailable(
        f"runtime {spec.runtime} cannot run here: no runtime interface client for {family}"
    )


def clock_notice(spec: EnvironmentSpec, folder: Path = Path(_NODE_BOOTSTRAP).parent) -> str | None:
    """What to say when functions of that runtime would not see the chamber's clock although it is virtual.

    `folder` is where the Node.js bootstrap lies.
    """
    family, _ = family_and_version(spec.runtime)
    if family == "nodejs" and not (folder / "node_modules" / "@sinonjs" / "fake-timers").is_dir():
        return (
            f"{spec.function_name} sees the machine's time, not the chamber's: @sinonjs/fake-timers is not installed. "
            f"Run: npm ci --prefix {folder}"
        )
    if family == "provided":
        return f"{spec.function_name} sees the machine's time, not the chamber's: it brings its own runtime"
    return None


def runtime_modules_dir(folder: Path = _NODE_MODULES) -> str | None:
    """Where the AWS SDK for JavaScript is that Node.js runtimes contain, None when it is not installed.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
    """
    return str(folder) if (folder / "@aws-sdk").is_dir() else None


def missing_sdk_notice(spec: EnvironmentSpec, error: bytes, modules_dir: str | None) -> str | None:
    """What to say when a function failed with `error` for want of a part of the AWS SDK that AWS's runtimes contain."""
    missing = re.search(rb"Cannot find (?:module|package) '(@aws-sdk/[a-z0-9-]+)", error)
    if missing is None or family_and_version(spec.runtime)[0] != "nodejs":
        return None
    name = missing[1].decode()
    place = _NODE_MODULES.parent
    if modules_dir and (Path(modules_dir) / "@aws-sdk").is_dir():
        remedy = f"Put it into the function's code, or run: npm install --no-save --prefix {place} {name}"
    else:
        remedy = f"Run: make setup, or: npm ci --prefix {place}"
    return (
        f"{spec.function_name} needs {name}, which AWS's runtime contains and the one here does not. {remedy}"
    )


def family_and_version(runtime: str) -> tuple[str, str]:
    """`python3.12` is ("python", "3.12"), `provided.al2023` is ("provided", "al2023")."""
    if runtime.startswith("provided"):
        return "provided", runtime.partition(".")[2]
    match = re.fullmatch(r"([a-z]+)([\d.]*x?)(?:\.al2)?", runtime)
    if match is None:
        raise RuntimeUnavailable(f"runtime {runtime} is not known")
    return match[1], match[2]


def _notice(runtime: str, wanted: str, here: str, name: str) -> str | None:
    return (
        None
        if wanted == here
        else f"runtime {runtime} runs on {name} {here}, which is what is installed here"
    )


def _custom_bootstrap(spec: EnvironmentSpec) -> str:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html: in the code, else in a layer."""
    for folder in (spec.code_dir, *reversed(spec.layer_dirs)):
        path = os.path.join(folder, "bootstrap")
        if os.path.isfile(path):
            return path
    places = "/var/task/bootstrap /opt/bootstrap"
    raise RuntimeUnavailable(f"Couldn't find valid bootstrap(s): [{places}] (runtime {spec.runtime})")


def python_paths(spec: EnvironmentSpec) -> list[str]:
    """Where layers keep Python packages: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html."""
    _, version = family_and_version(spec.runtime)
    paths: list[str] = []
    for layer in reversed(spec.layer_dirs):
        paths += [f"{layer}/python/lib/python{version}/site-packages", f"{layer}/python"]
    return [path for path in paths if os.path.isdir(path)]


def environ_for(
    spec: EnvironmentSpec,
    *,
    api_address: str,
    runtime_dir: str,
    endpoint_url: str | None,
    node_modules_dir: str | None,
) -> dict[str, str]:
    """The variables of the process: the reserved ones, defaults, and the function's own, which may not be reserved."""
    family, version = family_and_version(spec.runtime)
    layers = list(reversed(spec.layer_dirs))
    host_path = os.environ.get("PATH", os.defpath)
    defaults = {
        "LANG": "en_US.UTF-8",
        "LC_ALL": "C.UTF-8",
        "LD_LIBRARY_PATH": _joined(
            *(f"{layer}/lib" for layer in layers), spec.code_dir, f"{spec.code_dir}/lib", "/opt/lib"
        ),
        "PATH": _joined(*(f"{layer}/bin" for layer in layers), host_path, "/opt/bin"),
        "TZ": ":UTC",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
    }
    if endpoint_url:
        defaults["AWS_ENDPOINT_URL"] = endpoint_url
        # StartSyncExecution goes to `sync-` and the host; no name server knows that of the chamber
        defaults["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
    if family == "python":
        defaults["PYTHONPATH"] = runtime_dir
    if family == "nodejs":
        defaults["NODE_PATH"] = _joined(
            *(f"{layer}/nodejs/node{version.split('.')[0]}/node_modules" for layer in layers),
            *(f"{layer}/nodejs/node_modules" for layer in layers),
            *((node_modules_dir,) if node_modules_dir else ()),
            f"{spec.code_dir}/node_modules",
        )
        # which Node.js the SDK of the runtime likes is nothing that the function's log has to tell
        defaults["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"
    return {
        **defaults,
        **_merged_paths(spec.environ, defaults),
        **_reserved(spec, family, api_address, runtime_dir),
    }


def _merged_paths(own: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """A function's own search paths come before ours, so that programs are still found."""
    merged = dict(own)
    for name in ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "NODE_PATH"):
        if name in own and name in defaults:
            merged[name] = _joined(own[name], defaults[name])
    return merged


def _reserved(spec: EnvironmentSpec, family: str, api_address: str, runtime_dir: str) -> dict[str, str]:
    values = {
        "_HANDLER": spec.handler,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_REGION": spec.region,
        "AWS_LAMBDA_FUNCTION_NAME": spec.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": spec.function_version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": spec.log_stream,
        "AWS_LAMBDA_RUNTIME_API": api_address,
        "LAMBDA_TASK_ROOT": spec.code_dir,
        "LAMBDA_RUNTIME_DIR": runtime_dir,
    }
    if family != "provided":
        values["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{spec.runtime}"
    return values


def _joined(*paths: str) -> str:
    return ":".join(paths)
