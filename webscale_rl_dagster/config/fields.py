"""What the sections are built of."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of the file; immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError("must be the name of an environment variable, not the secret itself")
    return name


def _address(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>()\[\],;:\\\"]+@[A-Za-z0-9.-]+", text) or not text.isascii():
        raise ValueError(f"{text!r} is no mail address; they look like data@example.org")
    return text


def _web(url: str) -> str:
    parts = urlsplit(url)
    spaced = re.search(r"\s", url)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc or spaced:
        raise ValueError("must be an http or https address, without a password in it")
    return url.rstrip("/")


VariableName = Annotated[str, AfterValidator(_variable)]
MailAddress = Annotated[str, AfterValidator(_address)]
WebAddress = Annotated[str, AfterValidator(_web)]
