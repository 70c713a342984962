"""The embedded demo: a real registry and a real Kubernetes, on loopback, in one folder."""
