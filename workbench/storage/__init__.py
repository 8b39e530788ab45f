"""Content-addressed bytes over fsspec: a file goes in, a digest comes out, and the same bytes are kept once."""

from workbench.storage.blobs import Blob, BlobStore

__all__ = ["Blob", "BlobStore"]
