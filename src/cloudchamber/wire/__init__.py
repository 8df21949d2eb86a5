"""AWS protocols, bytes <-> dict, driven by botocore's model files. Pure: no sockets, no clock.

Everything is loaded for a service on its first use and compiled once for each shape into closures.
In memory a timestamp is a number of epoch seconds and a blob is `bytes`, in both directions.
"""
