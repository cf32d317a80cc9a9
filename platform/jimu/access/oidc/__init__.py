"""Signing in with an OpenID provider (authorization code with PKCE; the ID token's signature and claims verified).

``providers_of`` reads which there are from the environment, ``OidcClient`` speaks with one. Knows no pages and no
records: what becomes of the claims is decided in ``web.views.oidc``. Needs Authlib and requests only when it is used.
"""

from jimu.access.oidc.claims import Claims
from jimu.access.oidc.client import Begun, OidcClient, OidcError
from jimu.access.oidc.provider import Provider, providers_of

__all__ = ["Begun", "Claims", "OidcClient", "OidcError", "Provider", "providers_of"]
