"""Kubeconfig files, as the JSON that every reader of YAML takes."""

import base64
import json

CONTEXT = "philotes-demo"
NAMESPACE = "philotes"


def kubeconfig(server: str, authority: bytes, user: str, token: str) -> str:
    """Return a kubeconfig with one cluster, one user and the context `philotes-demo`.

    Args:
        server: The API server's URL.
        authority: The PEM certificates its own is checked with.
        user: The user's name, for display; the token decides who it is.
        token: The bearer token.
    """
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": CONTEXT,
                "cluster": {
                    "server": server,
                    "certificate-authority-data": base64.b64encode(authority).decode("ascii"),
                },
            }
        ],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [
            {"name": CONTEXT, "context": {"cluster": CONTEXT, "user": user, "namespace": NAMESPACE}}
        ],
        "current-context": CONTEXT,
    }
    return json.dumps(config, indent=2) + "\n"
