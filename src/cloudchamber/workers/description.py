"""What a new process is told about itself, in the first frame."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudchamber.workers.page import ClockPage
from cloudchamber.workers.runtimes import Program, environ_for, python_paths
from cloudchamber.workers.spec import EnvironmentSpec
from cloudchamber.workers.zygote_client import ZygoteClient

if TYPE_CHECKING:
    from cloudchamber.workers.templates import Templates

#: Allocation beyond the memory size that is refused at once; the size itself is enforced on resident memory.
_DATA_HEADROOM_MB = 1024
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Site:
    """What all processes of one host share."""

    zygote: ZygoteClient
    state_dir: Path
    runtime_dir: str
    endpoint_url: str | None
    node_modules_dir: str | None
    #: Under virtual time.
    page: ClockPage | None = None
    templates: "Templates | None" = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What is its own in a process on a virtual clock: its randomness, and who its calls in the init phase belong to."""

    seed: str
    init_id: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What differs between two processes of the same function."""

    api_address: str
    tmp_dir: str
    traits: Traits | None


def describe(spec: EnvironmentSpec, program: Program, site: Site, own: Circumstances) -> dict[str, Any]:
    """The first frame, still as an object."""
    environ = environ_for(
        spec,
        api_address=own.api_address,
        runtime_dir=site.runtime_dir,
        endpoint_url=site.endpoint_url,
        node_modules_dir=site.node_modules_dir,
    )
    seed: str | None = None
    if own.traits and program.framed:
        seed = own.traits.seed
        trace_id = f"Root=1-00000000-000000000000000000000000;Parent={own.traits.init_id};Sampled=0"
        environ["_X_AMZN_TRACE_ID"] = trace_id
        if program.argv:
            environ["CLOUDCHAMBER_CLOCK"] = json.dumps({"seed": seed, "now_ms": own.traits.now_ms})
            # Files are read one after the other; with several threads, who has read first goes on first.
            environ["UV_THREADPOOL_SIZE"] = "1"
    visible = [spec.code_dir, *spec.layer_dirs, site.runtime_dir, str(Path(__file__).parent)]
    visible += [site.node_modules_dir] if site.node_modules_dir else []
    visible += [sys.prefix, sys.base_prefix]  # a project may lie under /tmp itself
    programs = [os.path.realpath(path) for path in program.argv]
    limit_mb = 0 if program.argv else spec.memory_mb + _DATA_HEADROOM_MB
    return {
        "argv": program.argv,
        "keep_channel": program.framed,
        "handler": spec.handler,
        "seed": seed,
        "environ": environ,
        "code_dir": spec.code_dir,
        "layer_dirs": spec.layer_dirs,
        "python_paths": python_paths(spec),
        "runtime_dir": site.runtime_dir,
        "keep_opt": any(
            path.startswith("/opt/") for path in (*visible, *programs, os.path.realpath("/proc/self/exe"))
        ),
        "visible": visible,
        "tmp_mb": spec.ephemeral_mb,
        "tmp_dir": own.tmp_dir,
        "data_bytes_max": limit_mb * _MB,
    }
