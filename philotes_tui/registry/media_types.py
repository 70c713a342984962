"""The media types of what a registry holds (image-spec:media-types.md; helm:pkg/registry)."""

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

MANIFEST_TYPES = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST)
"""All four, always: without the index types a registry may answer 404."""
INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})
NESTING = frozenset({*MANIFEST_TYPES, "application/vnd.oci.artifact.manifest.v1+json"})
"""What points at more, which Helm then takes along (oras-project/oras-go:content/graph.go)."""

HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
HELM_CHART = (
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    "application/tar+gzip",  # what helm pushed before its registry support left the experiment
)
HELM_PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"

SIGSTORE_BUNDLE = "application/vnd.dev.sigstore.bundle"
"""The start: versions 0.1 to 0.3 are about, as `.v0.3+json` and `+json;version=0.2`."""
COSIGN_SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json"
NOTATION_SIGNATURE = "application/vnd.cncf.notary.signature"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
"""The type of a config that says nothing (image-spec:manifest.md, “Guidance for an Empty
Descriptor”); cosign lists a bundle under the fallback tag as of this type."""
