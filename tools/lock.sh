#!/usr/bin/env bash
# Rewrites requirements.lock from pyproject.toml; needs uv. Options are passed on, for example `--upgrade`.
set -euo pipefail
cd "$(dirname "$0")/.."

# torch names its GPU libraries in its own metadata: a CUDA build brings them, a CPU build does without.
gpu=(cuda-bindings cuda-pathfinder cuda-toolkit triton)
for library in cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse \
  cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx; do
  gpu+=("nvidia-$library")
done

uv pip compile pyproject.toml --all-extras --python-version 3.11 --no-annotate \
  --constraint <(echo torch==2.13.0) \
  "${gpu[@]/#/--no-emit-package=}" \
  --custom-compile-command "tools/lock.sh (uv pip compile pyproject.toml --all-extras --python-version 3.11, without torch's GPU libraries)" \
  --output-file requirements.lock --quiet "$@"

# TFDV 1.16 asks for pandas 1 and runs with 2, so pip installs this lock with --no-deps.
uv pip compile requirements-bench.in --python-version 3.11 --no-annotate \
  --override <(echo 'pandas>=2.2,<3') \
  --custom-compile-command "tools/lock.sh (uv pip compile requirements-bench.in --python-version 3.11, pandas 2 for all)" \
  --output-file requirements-bench.lock --quiet "$@"

# Feast pins libraries of its own, older than the peers' and ours.
uv pip compile requirements-feast.in --python-version 3.11 --no-annotate \
  --custom-compile-command "tools/lock.sh (uv pip compile requirements-feast.in --python-version 3.11)" \
  --output-file requirements-feast.lock --quiet "$@"
