"""Models that answer over HTTP, on Ray Serve.

plans (what a process must know, compiled once) → ray (the Serve application) → endpoint (requests
and answers) with protocols (how they are written), retrieval (features by key), inputs (what a
model takes), models (loaded and warm), measures (what happened). `deployments` is what
callers use; `revisions` decides what a rollback brings back.

Features alone, without a model, are answered for in modules named `feature_…`: service (keys in,
features out, and into the log) with protocol and measures → server (HTTP) → processes (started and
stopped), and client, which needs nothing but the standard library: so nothing is imported here.
"""
