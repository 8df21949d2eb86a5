"""A transactional, ordered key-value store: tuple keys, subspaces, layers on top.

The model is FoundationDB's (https://apple.github.io/foundationdb/data-modeling.html). The only importer of a database driver.
"""

from cloudchamber.kv.sqlite import DataFolderInUse, SqliteStore
from cloudchamber.kv.store import Store, Transaction
from cloudchamber.kv.subspace import Subspace
from cloudchamber.kv.tuples import pack, unpack

__all__ = ["DataFolderInUse", "SqliteStore", "Store", "Subspace", "Transaction", "pack", "unpack"]
