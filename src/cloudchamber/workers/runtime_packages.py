"""The Python packages that AWS's runtimes contain, and nothing else that happens to be installed here."""

import os
from importlib.util import find_spec
from pathlib import Path

#: What AWS's Python runtimes contain besides the standard library:
#: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included
_RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")


def link_packages(folder: Path) -> str:
    """Make a folder with the packages of AWS's runtime and no others, so that what is not in the bundle is missed here too."""
    folder.mkdir()
    for name in _RUNTIME_PACKAGES:
        found = find_spec(name)
        if found and found.origin:
            origin = Path(found.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            os.symlink(source, folder / source.name)
    return str(folder)
