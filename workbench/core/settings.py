"""Where the workspace lives: from arguments, `WORKBENCH_*`, `workbench.toml`, then defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from workbench.core.errors import InvalidInput, near


class Settings(BaseSettings):
    """One workspace's addresses and resources.

    With nothing set, everything lies under `home` on this machine.
    """

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", extra="forbid", frozen=True)

    home: Path = Field(
        default=Path("~/.workbench"),
        description="The folder of everything that this machine keeps.",
    )
    database_url: str = Field(
        default="",
        description="The metadata database; SQLite in `home` when empty, or postgresql://…",
    )
    artifact_url: str = Field(
        default="", description="Where artifacts lie; a folder in `home` when empty, or s3://…"
    )
    online_url: str = Field(
        default="", description="The online store; SQLite in `home` when empty, or redis://…"
    )
    ray_address: str = Field(
        default="", description="A Ray cluster; a node of the workspace's own when empty."
    )
    num_cpus: int | None = Field(
        default=None,
        ge=1,
        description="Processors of the workspace's own Ray node; all when empty.",
    )
    serving_host: str = Field(
        default="127.0.0.1", description="The address that endpoints listen on."
    )
    serving_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="The port that endpoints listen on; a free one when 0.",
    )
    blocked_tags: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Tags that no deployment may carry, such as pii; several with commas between.",
    )

    @field_validator("blocked_tags", mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        """Read a variable's text as a list; a file has one."""
        if isinstance(given, str) and given.lstrip().startswith("["):
            return json.loads(given)  # as a list is written in a file
        if isinstance(given, str):
            return tuple(each.strip() for each in given.split(",") if each.strip())
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put `workbench.toml` of the working folder, or of the nearest one above it, last."""
        sources = [init_settings, env_settings]
        if (found := _nearest_toml(Path.cwd())) is not None:
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=found))
        return tuple(sources)

    def model_post_init(self, context: object, /) -> None:
        """Fill the addresses that depend on `home`."""
        home = self.home.expanduser().absolute()
        derived = {
            "home": home,
            "database_url": self.database_url or f"sqlite:///{home / 'metadata.db'}",
            "artifact_url": self.artifact_url or str(home / "artifacts"),
            "online_url": self.online_url or f"sqlite:///{home / 'online.db'}",
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def environment(self) -> dict[str, str]:
        """Return the variables that give a child process this same workspace."""
        return {
            f"WORKBENCH_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in self.model_dump().items()
            if value is not None
        }


def load_settings(**given: object) -> Settings:
    """Read the settings; what is given here wins, and `None` counts as not given.

    Raises
    ------
    InvalidInput
        If a setting is unknown or has an impossible value.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in chosen:
        if name not in Settings.model_fields:
            raise InvalidInput(f"{name!r} is not a setting", hint=near(name, Settings.model_fields))
    try:
        return Settings(**chosen)  # type: ignore[arg-type]  # checked by pydantic, whose error is turned below
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"the setting {where!r} cannot be {first.get('input')!r}", hint=first["msg"].lower()
        ) from error


def _nearest_toml(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (candidate := folder / "workbench.toml").is_file():
            return candidate
    return None
