"""Content-addressed bytes over fsspec: a file goes in, a digest comes out."""

from workbench.storage.blobs import Blob, BlobStore, Stored

__all__ = ["Blob", "BlobStore", "Stored"]
