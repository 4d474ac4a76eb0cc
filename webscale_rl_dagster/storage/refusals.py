"""What a refusal of the store means, and what to do about it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from obstore.exceptions import BaseError, PermissionDeniedError

from webscale_rl_dagster.errors import ObjectRefused, StorageError

REFUSED = (BaseError, ValueError)
"""What obstore raises; the latter for a key that it cannot use."""
_CODE = re.compile(r"(?:<Code>|\(code: )(\w+)")
_REQUEST = re.compile(r"performing (?P<method>[A-Z]+) (?P<server>https?://[^/?\s]+)(?P<path>\S*)")
_RENEWED = "External AWS credential provider: "
_STATUS = re.compile(r"status code: (\d{3})")
_CERTIFICATE = re.compile(r"InvalidCertificate\(\s*(\w+)")
UNUSABLE_KEY = "keys with a control character, an empty part, `.` or `..` cannot be used: rename it"

_WHO = (
    "The section `s3` of pipeline.yaml says where the credentials come from; if it does not, they "
    "are the usual ones of AWS: `AWS_*` variables, ~/.aws, or the role of the machine"
)
_SAID = {
    "SignatureDoesNotMatch": f"the secret access key does not belong to the access key. {_WHO}.",
    "InvalidAccessKeyId": f"the server does not know the access key. {_WHO}.",
    "InvalidToken": f"the session token does not belong to the access key. {_WHO}.",
    "ExpiredToken": f"the temporary credentials have expired: get new ones. {_WHO}.",
    "InvalidObjectState": "the object is in an archive: restore it first.",
    "RequestTimeTooSkewed": "this machine's clock and the server's are too far apart (S3 allows "
    "15 minutes): set this one by the network (`timedatectl set-ntp true`), and look at the "
    "server's if it is not AWS.",
}
_REGION = (
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
)


def explained(doing: str, error: Exception) -> StorageError:
    """One paragraph, safe to print; `doing` says what could not be done to which object."""
    text, _, source = str(error).partition("\n\nDebug source:")
    certificate = _first(_CERTIFICATE, source)
    why = _why(text) if certificate is None else _untrusted(text, certificate)
    kind = ObjectRefused if isinstance(error, PermissionDeniedError) else StorageError
    return kind(printable(f"{doing}: {' '.join(why.split())}"))


def printable(text: str) -> str:
    """Nothing in it steers a terminal or breaks the line: what does not print is escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def is_missing_bucket(error: Exception) -> bool:
    """Whether what is not there is the bucket, which S3 tells by the same 404 as for an object."""
    return code_of(error) == "NoSuchBucket"


def code_of(error: Exception) -> str | None:
    """S3's own word for the refusal; an answer to HEAD has none."""
    return _first(_CODE, str(error))


def _why(text: str) -> str:
    if _RENEWED in text:
        return f"the credentials cannot be had: {text.split(_RENEWED)[1]}. {_WHO}."
    code, status = _first(_CODE, text), _first(_STATUS, text)
    request = _REQUEST.search(text)
    if "path segment" in text:
        return f"{UNUSABLE_KEY} ({text})"
    if request is None:
        return _not_allowed("DELETE") if code == "AccessDenied" else text
    method, server = request["method"], request["server"]
    asked = f" (asked {server})"
    if code in _SAID:
        return _SAID[code] + asked
    if code == "NoSuchBucket":
        bucket = unquote(request["path"].split("?")[0]).strip("/").split("/")[0]
        return (
            f"there is no bucket {bucket!r} at {server}: create it, or correct its name in "
            "pipeline.yaml (`storage`, or a corpus's `uri`) or the address in `s3.endpoint_url`"
        )
    if code in _REGION or "incorrectly configured region" in text:
        return "the bucket is in another region: name that one as `s3.region`" + asked
    if status == "403":
        return _not_allowed(method) + asked
    if status is None or status.startswith("5"):
        answer = f"answers {code or status}" if status else "does not answer"
        return (
            f"{server} {answer}: see that it runs, that this machine reaches it, and that "
            "`s3.endpoint_url` is right; then run this again, which goes on from what is stored"
        )
    return text


def _untrusted(text: str, reason: str) -> str:
    request = _REQUEST.search(text)
    server = request["server"] if request else "the server"
    return (
        f"the certificate of {server} is not trusted here ({reason}): if its authority is your "
        "own, name the authority's file (PEM) in SSL_CERT_FILE, and in AWS_CA_BUNDLE for the "
        "sensors' listings, wherever this command, Dagster's daemon and runs are"
    )


def _not_allowed(method: str) -> str:
    if method in ("GET", "HEAD"):
        return (
            "these credentials may not read there: they need s3:GetObject and s3:ListBucket. If "
            "they are temporary, they may have expired"
        )
    return (
        "these credentials may not write there, or the bucket is read-only: they need "
        "s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload. Grant them, or set `storage` "
        "in pipeline.yaml to where they may write"
    )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
