"""`%deploy`, `%rollback`: a model behind an address."""

from __future__ import annotations

from typing import Any

from workbench.magics.framework import Call, Magic, Parser


def _deploy_parser() -> Parser:
    parser = Parser("%deploy", "Serve a model over HTTP.", "%deploy delay@champion --name delay")
    parser.add_argument("model", help="a model version's reference, or a variable")
    parser.add_argument("--name", help="of the deployment; the model's by default")
    parser.add_argument("--port", type=int, help="a free one by default")
    parser.add_argument(
        "--allow-tag",
        action="append",
        default=[],
        metavar="TAG",
        help="a tag that it may carry although it is blocked; may be given again",
    )
    return parser


def _deploy(call: Call) -> Any:
    from workbench.serving.deployments import deploy

    given = call.arguments
    return deploy(call.value(given.model), given.name, port=given.port, allow_tags=given.allow_tag)


def _rollback_parser() -> Parser:
    parser = Parser("%rollback", "Serve again what the revision before did.", "%rollback delay")
    parser.add_argument("name", help="of the deployment")
    return parser


def _rollback(call: Call) -> Any:
    from workbench.serving.deployments import rollback

    return rollback(call.arguments.name)


MAGICS = (
    Magic("%deploy", _deploy_parser(), _deploy, ("model",)),
    Magic("%rollback", _rollback_parser(), _rollback, ("deployment",)),
)
