{{/*
Passwords and keys the pods read, as a JSON list: the variable, the secret that holds the value
and its key there, and the value itself where it was given inline.
The database's ends up in an address, where reserved characters are percent-encoded. The key by
which the catalog encrypts is among them only if there is one.
*/}}
{{- define "lakekeeper.credentials" -}}
{{- $database := include "lakekeeper.database" . | fromJson -}}
{{- $given := list
  (dict "variable" "POSTGRES_PASSWORD" "path" "database.password" "inline" (default "" $database.password | urlquery | replace "+" "%20")
    "existingSecret" $database.existingSecret "existingKey" $database.passwordKey
    "ownKey" "database-password" "usualSecret" "philotes-postgresql")
-}}
{{- with .Values.catalog.encryptionKey -}}
{{- if or .value .existingSecret -}}
{{- $given = append $given (dict "variable" "LAKEKEEPER__PG_ENCRYPTION_KEY" "path" "catalog.encryptionKey.value" "inline" .value
    "existingSecret" .existingSecret "existingKey" .key "ownKey" "encryption-key" "usualSecret" "") -}}
{{- end -}}
{{- end -}}
{{- $found := list -}}
{{- range $given -}}
{{- $found = append $found (include "lakekeeper.credential" (dict "context" $ "given" .) | fromJson) -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{/*
One of them. It comes from the existing secret if one is named, else from what was given inline,
else from Vault if that is on, else from the secret that is called so by convention.
*/}}
{{- define "lakekeeper.credential" -}}
{{- $fullname := include "lakekeeper.fullname" .context -}}
{{- $vault := .context.Values.vault.enabled -}}
{{- $secret := .given.usualSecret -}}
{{- $key := .given.existingKey -}}
{{- with .given -}}
{{- if and .inline .existingSecret -}}
{{- fail (printf "lakekeeper: %s and the existingSecret beside it exclude one another" .path) -}}
{{- else if and .inline $vault -}}
{{- fail (printf "lakekeeper: %s and vault.enabled exclude one another" .path) -}}
{{- else if .existingSecret -}}
{{- $secret = .existingSecret -}}
{{- else if .inline -}}
{{- $secret = $fullname -}}
{{- $key = .ownKey -}}
{{- else if $vault -}}
{{- $secret = printf "%s-vault" $fullname -}}
{{- $key = .ownKey -}}
{{- end -}}
{{- dict "variable" .variable "secret" $secret "key" $key "inline" .inline | toJson -}}
{{- end -}}
{{- end -}}

{{/* The variables that hold them. */}}
{{- define "lakekeeper.credentialEnv" -}}
{{- range include "lakekeeper.credentials" . | fromJsonArray }}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}
{{- end -}}

{{/* Content of the chart's own secret, as YAML; nothing if nothing was given inline. */}}
{{- define "lakekeeper.ownSecret" -}}
{{- range include "lakekeeper.credentials" . | fromJsonArray }}
{{- if .inline }}
{{ .key }}: {{ .inline | b64enc | quote }}
{{- end }}
{{- end }}
{{- end -}}
