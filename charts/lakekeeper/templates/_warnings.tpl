{{/* What whoever installs this should be told, a paragraph each; nothing if all is well. */}}
{{- define "lakekeeper.warnings" -}}
{{- $names := list -}}
{{- range .Values.extraEnv -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- with .Values.catalog.encryptionKey -}}
{{- if not (or .value .existingSecret (has "LAKEKEEPER__PG_ENCRYPTION_KEY" $names)) -}}
Warning: catalog.encryptionKey is not set: the catalog encrypts the credentials of storage that it
keeps in its database with a key that everyone who knows the image knows. Set one before the first
warehouse; it cannot be changed afterwards.
{{- end -}}
{{- end -}}
{{- end -}}
