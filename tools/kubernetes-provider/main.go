// Command pulumi-resource-kubernetes serves the Pulumi Kubernetes provider.
//
// The provider module's own command embeds generated files that are not part
// of the module, so this one reads schema.json and terraform-mapping.json from
// beside the executable instead.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func beside(name string) []byte {
	executable, err := os.Executable()
	if err == nil {
		executable, err = filepath.EvalSymlinks(executable)
	}
	if err == nil {
		var content []byte
		if content, err = os.ReadFile(filepath.Join(filepath.Dir(executable), name)); err == nil {
			return content
		}
	}
	fmt.Fprintf(os.Stderr, "pulumi-resource-kubernetes: cannot read %s: %v\n", name, err)
	os.Exit(1)
	return nil
}

func main() {
	provider.Serve("kubernetes", version.Version, beside("schema.json"), beside("terraform-mapping.json"))
}
