// Command pgp-keygen makes an OpenPGP key pair for tests, as the two binary
// keyrings that Helm signs and verifies charts with: secring.gpg and pubring.gpg.
//
// It uses the library Helm itself uses, so that tests need neither GnuPG nor a
// key kept in the repository.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

const version = "v1.0.0"

var algorithms = map[string]packet.PublicKeyAlgorithm{
	"rsa":     packet.PubKeyAlgoRSA,
	"ed25519": packet.PubKeyAlgoEdDSA,
}

func main() {
	name := flag.String("name", "", "name in the key's user ID")
	email := flag.String("email", "", "address in the key's user ID")
	folder := flag.String("folder", ".", "where the two keyrings are written")
	algorithm := flag.String("algorithm", "rsa", "rsa or ed25519")
	locked := flag.Bool("locked", false, "lock the secret key with a passphrase read from standard input")
	tell := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *tell {
		fmt.Println("pgp-keygen", version)
		return
	}
	if err := generate(*name, *email, *folder, *algorithm, *locked); err != nil {
		fmt.Fprintln(os.Stderr, "pgp-keygen:", err)
		os.Exit(1)
	}
}

func generate(name, email, folder, algorithm string, locked bool) error {
	chosen, known := algorithms[algorithm]
	if !known {
		return fmt.Errorf("unknown algorithm %q: rsa or ed25519", algorithm)
	}
	config := &packet.Config{Algorithm: chosen, RSABits: 2048}
	entity, err := openpgp.NewEntity(name, "", email, config)
	if err != nil {
		return err
	}
	var public, secret bytes.Buffer
	if err := entity.Serialize(&public); err != nil {
		return err
	}
	if locked {
		passphrase, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		if err := entity.EncryptPrivateKeys(passphrase, config); err != nil {
			return err
		}
	}
	if err := entity.SerializePrivateWithoutSigning(&secret, config); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "pubring.gpg"), public.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "secring.gpg"), secret.Bytes(), 0o600)
}
