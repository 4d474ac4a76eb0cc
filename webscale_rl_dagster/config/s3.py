"""`s3`: how S3 is reached."""

from __future__ import annotations

from pydantic import model_validator

from webscale_rl_dagster.config.fields import Section, VariableName, WebAddress


class S3Config(Section):
    """How S3 is reached, for the storage and for corpora alike; what is left out is AWS's usual.

    Secrets stay in the environment: the keys name variables, and are never stored.
    """

    endpoint_url: WebAddress | None = None
    """Of a server other than AWS. None: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT`,
    the profile's, or AWS itself."""
    region: str | None = None
    """None: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, or us-east-1."""
    profile: str | None = None
    """Of ~/.aws/config and ~/.aws/credentials."""
    access_key_id_env: VariableName | None = None
    """The environment variables that hold a key. None: AWS's usual chain, which is `AWS_*`
    variables, the profile, single sign-on, web identity, and the role of the container or machine.
    """
    secret_access_key_env: VariableName | None = None
    session_token_env: VariableName | None = None
    """Only temporary credentials have one."""

    @model_validator(mode="after")
    def _one_source(self) -> S3Config:
        if (self.access_key_id_env is None) != (self.secret_access_key_env is None):
            raise ValueError("access_key_id_env and secret_access_key_env go together")
        if self.session_token_env is not None and self.access_key_id_env is None:
            raise ValueError("session_token_env needs access_key_id_env beside it")
        if self.profile is not None and self.access_key_id_env is not None:
            raise ValueError("name either a profile or the variables that hold a key, not both")
        return self
