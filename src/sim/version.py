"""The version of the package, read by what must not load the package's face."""

__version__ = "0.2.0"
